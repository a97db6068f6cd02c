import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import {
  addPairs,
  choleskyF32,
  closeKernels,
  type Kernels,
  openKernels,
  openPairTable,
  solveCholeskyF32,
  writeRidgeSystem,
} from '@adsum/kernels'
import { rankerDefaults, windowLength } from '@adsum/learning'
import { movielens1m } from '../accuracy/movielens-1m.ts'
import type { Measured } from './main.ts'

/** Added to the diagonal, as a share of its mean: what a usual penalty is. */
const RIDGE_SHARE = 0.5

const peerScript = join(import.meta.dirname, '..', '..', 'peers', 'solve.py')
const python = process.env.ADSUM_PEERS_PYTHON ?? 'python3'

/** The system of a fit: symmetric gram (lower triangle filled in), right-hand sides. */
interface System {
  readonly gram: Float32Array
  readonly cross: Float32Array
  readonly features: number
  readonly targets: number
  readonly statisticsSeconds: number
}

/** Factorising and solving MovieLens-1M's system: ours, numpy's `solve` and scipy's `cho_solve`. */
export async function fit(): Promise<Measured> {
  const kernels = await openKernels({ threads: availableParallelism() })
  const folder = mkdtempSync(join(tmpdir(), 'adsum-fit-'))
  try {
    const system = buildSystem(kernels)
    const { gram, cross, features, targets } = system
    const files = ['gram', 'cross', 'right'].map((name) => join(folder, name))
    writeFileSync(files[0] as string, symmetric(gram, features))
    writeFileSync(files[1] as string, Buffer.from(cross.buffer, cross.byteOffset, cross.byteLength))
    const start = performance.now()
    const pivot = await choleskyF32(kernels, gram, features)
    if (pivot >= 0) throw new Error(`pivot ${pivot} is not positive`)
    await solveCholeskyF32(kernels, gram, cross, features, targets)
    const ours = (performance.now() - start) / 1000
    writeFileSync(files[2] as string, Buffer.from(cross.buffer, cross.byteOffset, cross.byteLength))
    const peer = solveWithPeers(files, features, targets)
    return {
      ours: round(ours),
      peer: peer === null ? null : round(peer.numpy),
      ratio: peer === null ? null : round(ours / peer.numpy),
      unit: 's',
      details: {
        features,
        targets,
        statisticsSeconds: round(system.statisticsSeconds),
        gflops: round((features ** 3 / 3 + 2 * features ** 2 * targets) / ours / 1e9),
        ratioToScipy: peer === null ? null : round(ours / peer.scipy),
        peers: peer ?? `none: ${python} has no numpy and scipy; see bench/README.md`,
      },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
    await closeKernels(kernels)
  }
}

function buildSystem(kernels: Kernels): System {
  const { scales } = rankerDefaults.sequence
  const window = windowLength(rankerDefaults.sequence)
  const weights = scales.map((scale) => {
    const padded = new Int32Array(window)
    padded.set(scale.weights)
    return padded
  })
  const { cases } = movielens1m('test')
  const ids = new Map<string, number>()
  const sequences = cases.map(({ history }) =>
    history.map((item) => {
      const id = ids.get(item) ?? ids.size
      ids.set(item, id)
      return id
    }),
  )
  const table = openPairTable(kernels, { weights, itemsMax: ids.size })
  const longest = Math.max(...sequences.map((sequence) => sequence.length))
  const buffer = kernels.int32(longest)
  const start = performance.now()
  for (const sequence of sequences) {
    buffer.set(sequence)
    addPairs(kernels, table, buffer, { rowStart: 0, rowEnd: sequence.length, sign: 1 })
  }
  const statisticsSeconds = (performance.now() - start) / 1000
  const targets = ids.size
  const features = scales.length * targets
  const order = kernels.int32(targets)
  for (let item = 0; item < targets; item++) order[item] = item
  const featureScale = kernels.float64(features)
  featureScale.fill(1 / 256)
  const gram = kernels.float32(features * features)
  const cross = kernels.float32(features * targets)
  const system = {
    order,
    scales: scales.map((_, scale) => scale),
    featureScale,
    targetScale: 1,
    gram,
    gramStride: features,
    cross,
    crossStride: targets,
  }
  writeRidgeSystem(kernels, table, system, 0, targets)
  let trace = 0
  for (let at = 0; at < features; at++) trace += gram[at * features + at] as number
  const ridge = RIDGE_SHARE * (trace / features)
  for (let at = 0; at < features; at++) gram[at * features + at]! += ridge
  return { gram, cross, features, targets, statisticsSeconds }
}

/** The bytes of the whole matrix from its lower triangle. */
function symmetric(lower: Float32Array, n: number): Buffer {
  const full = new Float32Array(n * n)
  full.set(lower)
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < row; column++) {
      full[column * n + row] = full[row * n + column] as number
    }
  }
  return Buffer.from(full.buffer)
}

interface PeerTimes {
  readonly numpy: number
  readonly scipy: number
}

function solveWithPeers(
  files: readonly string[],
  features: number,
  targets: number,
): PeerTimes | null {
  const [gram, cross, right] = files as [string, string, string]
  const argumentList = [peerScript, gram, cross, String(features), String(targets), right]
  const result = spawnSync(python, argumentList, { encoding: 'utf8' })
  if (result.status !== 0) {
    console.error(result.stderr ?? result.error)
    return null
  }
  return JSON.parse(result.stdout) as PeerTimes
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
