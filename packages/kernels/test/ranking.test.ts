import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  closeKernels,
  gatherRowsI16,
  type Kernels,
  multiplyI16,
  openKernels,
  topK,
} from '../src/index.ts'

const int16 = fc.integer({ min: -32_768, max: 32_767 })
const size = fc.oneof(fc.nat(20), fc.integer({ min: 30, max: 70 }))

describe.each(['relaxed', 'simd'] as const)('integer kernels (%s)', (flavour) => {
  let k: Kernels
  beforeAll(async () => {
    k = await openKernels({ flavour })
  })
  afterAll(() => closeKernels(k))

  it('gather weighted rows exactly', () => {
    const shapes = fc.record({
      columns: size,
      more: fc.nat(3),
      tableRows: fc.integer({ min: 1, max: 12 }),
    })
    fc.assert(
      fc.property(
        shapes.chain(({ columns, more, tableRows }) =>
          fc.record({
            columns: fc.constant(columns),
            stride: fc.constant(columns + more),
            values: fc.array(int16, {
              minLength: tableRows * (columns + more),
              maxLength: tableRows * (columns + more),
            }),
            picks: fc.array(fc.tuple(fc.nat(tableRows - 1), fc.integer({ min: -999, max: 999 })), {
              maxLength: 23,
            }),
          }),
        ),
        ({ columns, stride, values, picks }) => {
          const table = k.int16(values.length)
          table.set(values)
          const rows = k.int32(picks.length)
          rows.set(picks.map(([row]) => row))
          const weights = k.int16(picks.length)
          weights.set(picks.map(([, weight]) => weight))
          const out = k.int32(columns).fill(77)
          gatherRowsI16(k, out, table, stride, rows, weights, picks.length)
          const expected = Array.from({ length: columns }, (_, j) =>
            picks.reduce((sum, [row, weight]) => sum + weight * (values[row * stride + j] ?? 0), 0),
          )
          expect([...out]).toEqual(expected)
          for (const array of [table, rows, weights, out]) k.free(array)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuse rows outside the table', () => {
    const [out, table, weights] = [k.int32(4), k.int16(12), k.int16(1)]
    const rows = k.int32(1)
    for (const row of [3, -1]) {
      rows[0] = row
      expect(() => gatherRowsI16(k, out, table, 4, rows, weights, 1)).toThrow(RangeError)
    }
  })

  it('multiply int16 matrices exactly', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.nat(21), size, int16, (rows, inner, columns, seed) => {
        const a = k.int16(rows * (inner + 1))
        const b = k.int16(inner * columns)
        a.forEach((_, at) => {
          a[at] = (seed * (at + 3)) % 9001
        })
        b.forEach((_, at) => {
          b[at] = (seed * (at + 5)) % 9001
        })
        const out = k.int32(rows * columns)
        multiplyI16(k, out, a, b, { rows, inner, columns, aStride: inner + 1 })
        for (let i = 0; i < rows; i++) {
          for (let j = 0; j < columns; j++) {
            let sum = 0
            for (let l = 0; l < inner; l++) {
              sum += (a[i * (inner + 1) + l] ?? 0) * (b[l * columns + j] ?? 0)
            }
            expect(out[i * columns + j]).toBe(sum)
          }
        }
        for (const array of [a, b, out]) k.free(array)
      }),
      { numRuns: 60 },
    )
  })

  it('find the highest scores, ties by smaller index, masked ones left out', () => {
    const score = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer())
    const entries = fc.array(fc.tuple(score, fc.boolean()), { maxLength: 150 })
    fc.assert(
      fc.property(entries, fc.nat(160), fc.boolean(), (list, limit, masked) => {
        const scores = k.int32(list.length)
        scores.set(list.map(([value]) => value))
        const mask = k.uint8(list.length)
        mask.set(list.map(([, leftOut]) => (leftOut ? 1 : 0)))
        const out = k.int32(limit)
        const found = topK(k, scores, masked ? mask : null, list.length, limit, out)
        const expected = list
          .map(([value, leftOut], index) => ({ value, leftOut, index }))
          .filter(({ leftOut }) => !(masked && leftOut))
          .sort((x, y) => y.value - x.value || x.index - y.index)
          .slice(0, limit)
          .map(({ index }) => index)
        expect([...out.subarray(0, found)]).toEqual(expected)
        for (const array of [scores, mask, out]) k.free(array)
      }),
      { numRuns: 200 },
    )
  })
})
