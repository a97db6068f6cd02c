// Makes a checkout ready to run: installs dependencies, builds the kernels and the pages, strips the types of
// the sources, each only when missing or older than its sources. Plain JavaScript, because it runs on whatever Node the machine has.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 20
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const quiet = process.argv.includes('--quiet')
const say = (line) => quiet || console.error(line)

const major = Number(process.versions.node.split('.')[0])
if (major < NODE_MAJOR_MIN) {
  console.error(
    `Adsum needs Node ${NODE_MAJOR_MIN} or later to install itself; this is ${process.version}.`,
  )
  process.exit(1)
}

await install()
await Promise.all([build('packages/kernels/build.mjs'), build('packages/console/build.mjs')])
await build('scripts/strip-types.mjs')

/** Installs exactly what the lockfile says, unless that is what is there. */
async function install() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const digest = createHash('sha256').update(lock).digest('hex')
  const stamp = join(root, 'node_modules', '.adsum-installed')
  const ownNode = join(
    root,
    'node_modules',
    '.bin',
    process.platform === 'win32' ? 'node.cmd' : 'node',
  )
  if (existsSync(stamp) && existsSync(ownNode) && readFileSync(stamp, 'utf8') === digest) return
  say('Installing dependencies (once; about a minute) ...')
  await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, digest)
}

/** Runs a package's build script on the Node that the project pins. */
async function build(script) {
  const path = join(root, script)
  if (!existsSync(path)) return
  await run(join(root, 'node_modules', '.bin', 'node'), [path, ...(quiet ? ['--quiet'] : [])])
}

/** Runs a command; ends this process when it fails. */
function run(command, argumentList) {
  const shell = process.platform === 'win32'
  const child = spawn(command, argumentList, {
    cwd: root,
    shell,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => {
    const end = (status) => {
      if (status === 0) return resolve()
      console.error(
        `"${command} ${argumentList.join(' ')}" failed. See above; then run the command again.`,
      )
      process.exit(status ?? 1)
    }
    child.on('error', (fault) => {
      console.error(fault.message)
      end(1)
    })
    child.on('exit', end)
  })
}
