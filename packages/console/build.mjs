// Builds the pages into dist/; does nothing when they are newer than every source. Plain JavaScript, so
// that it runs on any Node from 20.19 on.

import { readFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const here = fileURLToPath(new URL('.', import.meta.url))
const assets = join(here, 'dist', 'assets')
const sources = [
  ...['src', 'public', 'index.html', 'vite.config.ts', 'build.mjs', 'package.json'],
  ...['../client/src', '../protocol/src', '../simulator/src', '../../apps/cinema/src'],
].map((path) => join(here, path))

/**
 * When anything under a path last changed; folders count too, so that removing a file is noticed.
 * @param {string} path
 * @returns {Promise<number>} milliseconds since 1970; 0 when there is nothing.
 */
async function changedAt(path) {
  const found = await stat(path).catch(() => null)
  if (found === null) return 0
  if (!found.isDirectory()) return found.mtimeMs
  const inside = await Promise.all((await readdir(path)).map((name) => changedAt(join(path, name))))
  return Math.max(found.mtimeMs, ...inside)
}

/** Kilobytes of the scripts and styles as they travel. */
async function sizeInWords() {
  const names = await readdir(assets)
  const total = (/** @type {string} */ ending) =>
    names
      .filter((name) => name.endsWith(ending))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0)
  const kilobytes = (/** @type {number} */ bytes) => `${(bytes / 1000).toFixed(0)} kB`
  return `${kilobytes(total('.js'))} of script and ${kilobytes(total('.css'))} of style, gzipped`
}

const newest = Math.max(...(await Promise.all(sources.map(changedAt))))
if ((await changedAt(join(here, 'dist', 'index.html'))) <= newest) {
  // A test runner would otherwise pass its own environment on, and React its checks.
  process.env.NODE_ENV = 'production'
  await build({ root: here, logLevel: 'warn' })
  console.error(`console: built (${await sizeInWords()})`)
} else if (!process.argv.includes('--quiet')) {
  console.error('console: up to date')
}
