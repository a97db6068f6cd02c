// Writes what Node runs of each TypeScript file, its types blanked out, into node_modules/.cache/adsum-stripped,
// where plain-sources.mjs finds it. Each file by the digest of its source, so nothing there is ever stale.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { STRIPPED, strippedName } from './plain-sources.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Folders with code that Node runs, below the root or below each package in it. */
const TREES = ['packages', 'apps', 'bench', 'scripts']
const SOURCES = ['src', 'test', 'scripts']

// The only warning here would say that stripping is experimental in this version.
process.removeAllListeners('warning')
mkdirSync(STRIPPED, { recursive: true })
const there = new Set(readdirSync(STRIPPED))
for (const path of typeScriptFiles()) {
  const source = readFileSync(path)
  const name = strippedName(source)
  if (there.delete(name)) continue
  const unfinished = join(STRIPPED, `${process.pid}.tmp`)
  writeFileSync(unfinished, stripTypeScriptTypes(source.toString('utf8')))
  renameSync(unfinished, join(STRIPPED, name))
}
for (const name of there) {
  // The unfinished file of another process is its own matter.
  if (name.endsWith('.mjs')) rmSync(join(STRIPPED, name), { force: true })
}

function* typeScriptFiles() {
  for (const tree of TREES) {
    for (const entry of readdirSync(join(root, tree), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !entry.name.endsWith('.ts') || entry.name.endsWith('.d.ts')) continue
      const path = join(entry.parentPath, entry.name)
      const parts = path.slice(root.length).split(/[\\/]/)
      if (parts.includes('node_modules') || parts.includes('assembly')) continue
      if (SOURCES.some((folder) => parts.includes(folder))) yield path
    }
  }
}
