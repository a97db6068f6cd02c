import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  addPairs,
  closeKernels,
  closePairTable,
  FINGERPRINT_PRIME,
  fingerprintPairs,
  fingerprintSequence,
  type Kernels,
  openKernels,
  openPairTable,
  type PairFingerprint,
  type PairTable,
  pairIndex,
  pairTotal,
  setPairTotal,
  writeRidgeSystem,
} from '../src/index.ts'
import { noise } from './matrices.ts'
import { kernelSequence } from './naive-pairs.ts'

const ITEMS = 6
const PRIME = BigInt(FINGERPRINT_PRIME)

/** Totals around every boundary: of int32, of one carry, of float64's integers. */
const total = fc.oneof(
  fc.constantFrom(0n, 2n ** 31n - 1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n - 1n, 2n ** 32n),
  fc.bigInt({ min: -9n, max: 9n }),
  fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
  fc.bigInt({ min: -(2n ** 52n), max: 2n ** 52n }),
)

/** A table of any totals at all that a table could hold. */
function filledTable(k: Kernels, scales: number, totals: readonly bigint[]): PairTable {
  const weights = Array.from({ length: scales }, () => [1, 1])
  const table = openPairTable(k, { weights, itemsMax: ITEMS })
  const used = scales * scales + 2 * scales
  let next = 0
  for (let b = 0; b < ITEMS; b++) {
    for (let a = 0; a <= b; a++) {
      for (let lane = 0; lane < (a === b ? used - scales : used); lane++) {
        const value = totals[next++ % totals.length] ?? 0n
        setPairTotal(k, table, pairIndex(a, b) * table.lanes + lane, value)
      }
      if (a === b) symmetrise(k, table, a)
    }
  }
  return table
}

/** The block of an item with itself is symmetric. */
function symmetrise(k: Kernels, table: PairTable, item: number): void {
  const { scales, lanes } = table
  const record = pairIndex(item, item) * lanes
  for (let s = 0; s < scales; s++) {
    for (let t = 0; t < s; t++) {
      const upper = pairTotal(k, table, record + t * scales + s)
      setPairTotal(k, table, record + s * scales + t, upper)
    }
  }
}

/** G[(x,s),(y,t)], whichever way round the record lies. */
function gramTotal(
  k: Kernels,
  table: PairTable,
  [x, s]: readonly [item: number, scale: number],
  [y, t]: readonly [item: number, scale: number],
): bigint {
  const lane = x <= y ? s * table.scales + t : t * table.scales + s
  return pairTotal(k, table, pairIndex(Math.min(x, y), Math.max(x, y)) * table.lanes + lane)
}

/** C[(x,s) -> y]. */
function crossTotal(k: Kernels, table: PairTable, x: number, s: number, y: number): bigint {
  const slot = table.scales * (table.scales + (x <= y ? 0 : 1)) + s
  return pairTotal(k, table, pairIndex(Math.min(x, y), Math.max(x, y)) * table.lanes + slot)
}

function residueArray(k: Kernels, length: number, seed: number): Uint32Array {
  const next = noise(seed)
  const array = k.uint32(length)
  array.forEach((_, at) => {
    array[at] = Math.floor(((next() + 1) / 2) * FINGERPRINT_PRIME)
  })
  return array
}

function modulo(value: bigint): bigint {
  return ((value % PRIME) + PRIME) % PRIME
}

describe.each(['relaxed', 'simd'] as const)('reading pair tables (%s)', (flavour) => {
  let k: Kernels
  beforeAll(async () => {
    k = await openKernels({ flavour })
  })
  afterAll(() => closeKernels(k))

  it('writes the ridge system of any items and scales, in slices', () => {
    const shape = fc.integer({ min: 1, max: 4 }).chain((scales) =>
      fc.record({
        scales: fc.constant(scales),
        chosen: fc.shuffledSubarray([0, 1, 2, 3].slice(0, scales), { minLength: 1 }),
        order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 1 }),
        totals: fc.array(total, { minLength: 1, maxLength: 40 }),
        more: fc.nat(3),
        cut: fc.nat(ITEMS),
      }),
    )
    fc.assert(
      fc.property(shape, ({ scales, chosen, order, totals, more, cut }) => {
        const table = filledTable(k, scales, totals)
        const items = order.length
        const features = items * chosen.length
        const gramStride = features + more
        const gram = new Float32Array(features * gramStride)
        const cross = new Float32Array(features * items)
        const featureScale = k.float64(features)
        featureScale.set(Array.from({ length: features }, (_, at) => 1 / (at + 3)))
        const orderInMemory = kernelSequence(k, order)
        const system = {
          ...{ order: orderInMemory, scales: chosen, featureScale },
          ...{ targetScale: 0.7, gramStride },
        }
        const middle = Math.min(cut, items)
        for (const [from, to] of [
          [0, middle],
          [middle, items],
        ] as const) {
          const rows = chosen.length * (to - from)
          const gramBand = k.float32(rows * gramStride).fill(-7)
          const crossBand = k.float32(rows * items)
          const band = { ...system, gram: gramBand, cross: crossBand }
          writeRidgeSystem(k, table, band, from, to)
          for (let at = 0; at < rows; at++) {
            const feature = Math.floor(at / (to - from)) * items + from + (at % (to - from))
            const [gramRow, crossRow] = [at * gramStride, at * items]
            gram.set(gramBand.subarray(gramRow, gramRow + gramStride), feature * gramStride)
            cross.set(crossBand.subarray(crossRow, crossRow + items), feature * items)
          }
          k.free(gramBand)
          k.free(crossBand)
        }
        for (let row = 0; row < features; row++) {
          const x = [order[row % items] ?? 0, chosen[Math.floor(row / items)] ?? 0] as const
          const factor = featureScale[row] ?? 0
          for (let column = 0; column < gramStride; column++) {
            const y = [order[column % items] ?? 0, chosen[Math.floor(column / items)] ?? 0] as const
            const value = Number(column <= row ? gramTotal(k, table, x, y) : 0n)
            const scaled = Math.fround(value * (factor * (featureScale[column] ?? 0)))
            expect(gram[row * gramStride + column]).toBe(column <= row ? scaled : -7)
          }
          for (let at = 0; at < items; at++) {
            const value = Number(crossTotal(k, table, x[0], x[1], order[at] ?? 0))
            expect(cross[row * items + at]).toBe(Math.fround(value * (factor * 0.7)))
          }
        }
        closePairTable(k, table)
        for (const array of [featureScale, orderInMemory]) k.free(array)
      }),
      { numRuns: 60 },
    )
  })

  it('takes the fingerprint of any table, in slices', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(total, { minLength: 1, maxLength: 40 }),
        fc.nat(ITEMS),
        fc.nat(),
        (scales, totals, cut, seed) => {
          const table = filledTable(k, scales, totals)
          const rho = residueArray(k, ITEMS * scales * 4, seed)
          const sigma = residueArray(k, ITEMS * 4, seed + 1)
          const key = { features: rho, targets: sigma }
          const slices = [
            fingerprintPairs(k, table, key, 0, cut),
            fingerprintPairs(k, table, key, cut, ITEMS),
          ]
          for (let lane = 0; lane < 4; lane++) {
            let quadratic = 0n
            let cross = 0n
            for (let x = 0; x < ITEMS * scales; x++) {
              const first = [Math.floor(x / scales), x % scales] as const
              const rhoX = BigInt(rho[x * 4 + lane] ?? 0)
              for (let y = 0; y < ITEMS * scales; y++) {
                const second = [Math.floor(y / scales), y % scales] as const
                quadratic +=
                  rhoX * gramTotal(k, table, first, second) * BigInt(rho[y * 4 + lane] ?? 0)
              }
              for (let y = 0; y < ITEMS; y++) {
                const value = crossTotal(k, table, ...first, y)
                cross += rhoX * value * BigInt(sigma[y * 4 + lane] ?? 0)
              }
            }
            const sum = (part: 'quadratic' | 'cross') =>
              slices.reduce((all, slice) => all + BigInt(slice[part][lane] ?? 0), 0n)
            expect(modulo(sum('quadratic'))).toBe(modulo(quadratic))
            expect(modulo(sum('cross'))).toBe(modulo(cross))
          }
          closePairTable(k, table)
          k.free(rho)
          k.free(sigma)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('takes the fingerprint of a sequence as the change it makes to the table', () => {
    const weights = [
      [32_000, 500, 0, 3],
      [0, 7, 1, 0],
      [2, 1, 0, 0],
    ]
    const table = openPairTable(k, { weights, itemsMax: ITEMS })
    const rho = residueArray(k, ITEMS * weights.length * 4, 5)
    const sigma = residueArray(k, ITEMS * 4, 6)
    const key = { features: rho, targets: sigma }
    const whole = (): PairFingerprint => fingerprintPairs(k, table, key, 0, ITEMS)
    const items = fc.array(fc.integer({ min: -1, max: ITEMS - 1 }), { maxLength: 30 })
    fc.assert(
      fc.property(items, fc.nat(30), fc.nat(30), (list, one, other) => {
        const sequence = kernelSequence(k, list)
        const [rowStart = 0, rowEnd = 0] = [one, other]
          .map((end) => Math.min(end, list.length))
          .sort((x, y) => x - y)
        const before = whole()
        const change = fingerprintSequence(k, table, key, sequence, { rowStart, rowEnd })
        addPairs(k, table, sequence, { rowStart, rowEnd })
        const after = whole()
        for (const part of ['quadratic', 'cross'] as const) {
          const expected = [...before[part]].map(
            (value, lane) => (value + (change[part][lane] ?? 0)) % FINGERPRINT_PRIME,
          )
          expect([...after[part]]).toEqual(expected)
        }
        k.free(sequence)
      }),
      { numRuns: 100 },
    )
  })
})
