import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const script = join(import.meta.dirname, '..', '..', 'peers', 'bundled_sets.py')
const python = process.env.ADSUM_PEERS_PYTHON ?? 'python3'
const OUTPUT_BYTES_MAX = 64 * 1024 * 1024

/** A classification set that comes with scikit-learn. */
export interface BundledSet {
  readonly rows: readonly (readonly number[])[]
  readonly labels: readonly number[]
}

/** Asks scikit-learn for it; ends the process with a clear word where there is none. */
export function bundledSet(name: 'digits' | 'iris' | 'wine' | 'breast_cancer'): BundledSet {
  const { status, stdout } = spawnSync(python, [script, name], {
    encoding: 'utf8',
    maxBuffer: OUTPUT_BYTES_MAX,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (status !== 0) {
    console.error(`${name} comes with scikit-learn, which ${python} lacks: see bench/README.md`)
    process.exit(1)
  }
  return JSON.parse(stdout) as BundledSet
}
