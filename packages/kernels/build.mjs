// Compiles the AssemblyScript kernels into build/{relaxed,simd}.wasm; does nothing when they are
// newer than every source. Plain JavaScript, so that it runs on any Node from 20 on.
import { mkdir, readdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const here = fileURLToPath(new URL('.', import.meta.url))
const sources = `${here}src/assembly/`
const outputs = `${here}build/`

/** The relaxed build multiplies and adds with one rounding; the other runs on any SIMD engine. */
const flavours = {
  relaxed: ['--enable', 'simd', '--enable', 'relaxed-simd', '--enable', 'threads'],
  simd: ['--enable', 'simd', '--enable', 'threads'],
}

/** @param {string} path */
async function modifiedAt(path) {
  try {
    return (await stat(path)).mtimeMs
  } catch {
    return 0
  }
}

async function upToDate() {
  const names = (await readdir(sources)).map((name) => sources + name)
  const inputTimes = await Promise.all([...names, `${here}build.mjs`].map(modifiedAt))
  const outputTimes = await Promise.all(
    Object.keys(flavours).map((name) => modifiedAt(`${outputs}${name}.wasm`)),
  )
  return Math.min(...outputTimes) > Math.max(...inputTimes)
}

/** @param {keyof typeof flavours} flavour */
async function compile(flavour) {
  const { error, stderr } = await asc.main([
    'src/assembly/index.ts',
    ...['--baseDir', here, '--outFile', `build/${flavour}.wasm`],
    ...['-O3', '--noAssert', '--runtime', 'stub', '--uncheckedBehavior', 'always'],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '1', '--maximumMemory', '65536'],
    ...flavours[flavour],
  ])
  if (error) throw new Error(`kernels: ${flavour} did not compile\n${stderr}`, { cause: error })
}

if (await upToDate()) {
  if (!process.argv.includes('--quiet')) console.error('kernels: up to date')
} else {
  await mkdir(outputs, { recursive: true })
  for (const flavour of /** @type {const} */ (['relaxed', 'simd'])) await compile(flavour)
  console.error('kernels: built relaxed.wasm and simd.wasm')
}
