// Preloaded with --import: gives Node the TypeScript files of this checkout as strip-types.mjs left them, here
// and in the threads and processes that are started from here.
//
// Node would strip the types itself, in every thread anew, with a WebAssembly module that keeps tens of
// megabytes per thread and that ends the process now and then when threads come and go (the engine of Node 24 frees
// one wrapper of it twice; about one start of a thread in 300). A file changed since is left to Node.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const STRIPPED = join(
  dirname(dirname(fileURLToPath(import.meta.url))),
  'node_modules',
  '.cache',
  'adsum-stripped',
)

/** The name of the stripped form of a file with these bytes, by this version of Node. */
export function strippedName(source) {
  return `${createHash('sha256').update(process.version).update(source).digest('hex')}.mjs`
}

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context)
    const stripped = readStripped(strippedName(readFileSync(fileURLToPath(url))))
    if (stripped === null) return next(url, context)
    return { format: 'module', source: stripped, shortCircuit: true }
  },
})

// Threads inherit the preloading, processes that this one starts do not.
const preloading = `--import=${import.meta.url}`
const options = process.env.NODE_OPTIONS ?? ''
if (!options.includes(preloading)) process.env.NODE_OPTIONS = `${options} ${preloading}`.trim()

function readStripped(name) {
  try {
    return readFileSync(join(STRIPPED, name))
  } catch (fault) {
    if (fault.code === 'ENOENT') return null
    throw fault
  }
}
