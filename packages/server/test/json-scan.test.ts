import fc from 'fast-check'
import { expect, test } from 'vitest'
import { scanJson } from '../src/json-scan.ts'

const ANY = { depthMax: 1_000, tokensMax: 1_000_000, membersMax: 1_000_000 }
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function tokensOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  const keys = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce<number>((sum, part) => sum + tokensOf(part), 1 + keys)
}

function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const parts = Object.values(value)
  return Math.max(parts.length, ...parts.map(membersOf))
}

/** Any JSON value, with texts that look like structure and spacing that differs. */
const document = fc
  .tuple(
    fc
      .jsonValue({ maxDepth: 6, stringUnit: 'binary' })
      .chain((value) =>
        fc.constantFrom(value, [value], { '{"[\\"': value }, [
          value,
          '\\',
          '"',
          '}]',
          '\\u0022',
          '',
        ]),
      ),
    fc.constantFrom(undefined, 1, '\t', '  '),
  )
  .map(([value, space]) => JSON.stringify(value, null, space))

test('the bounds that a document just meets are the ones that counting its parsed form gives', () => {
  fc.assert(
    fc.property(document, (text) => {
      const value: unknown = JSON.parse(text)
      const depthMax = depthOf(value)
      const tokensMax = tokensOf(value)
      const bytes = bytesOf(text)
      const membersMax = membersOf(value)
      expect(scanJson(bytes, { depthMax, tokensMax, membersMax })).toBe('within')
      if (membersMax > 1) {
        expect(scanJson(bytes, { ...ANY, membersMax: membersMax - 1 })).toBe('too-wide')
      }
      expect(scanJson(bytes, { ...ANY, tokensMax: tokensMax - 1 })).toBe('too-complex')
      if (depthMax > 0) {
        expect(scanJson(bytes, { ...ANY, depthMax: depthMax - 1 })).toBe('too-deep')
      }
    }),
    { numRuns: 300 },
  )
})

test('a document that the parser takes is never within bounds that its parsed form breaks', () => {
  // Random bytes with the characters of JSON; the few that parse are the interesting ones.
  const scraps = fc
    .array(fc.constantFrom('[', ']', '{', '}', '"', '\\', ',', ':', '1', '-', 'null', 'true', ' '))
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(scraps, (text) => {
      let value: unknown
      try {
        value = JSON.parse(text)
      } catch {
        return
      }
      // Keys that occur twice count twice in the text and once in the parsed form.
      expect(scanJson(bytesOf(text), { ...ANY, depthMax: depthOf(value) })).toBe('within')
      expect(scanJson(bytesOf(text), { ...ANY, tokensMax: tokensOf(value) - 1 })).toBe(
        'too-complex',
      )
      const membersMax = membersOf(value) - 1
      if (membersMax > 0) {
        expect(scanJson(bytesOf(text), { ...ANY, membersMax })).toBe('too-wide')
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a million brackets are given up at the bound, not at the end', () => {
  const brackets = new Uint8Array(4_000_000).fill('['.charCodeAt(0))
  const started = performance.now()
  expect(scanJson(brackets, { ...ANY, depthMax: 32 })).toBe('too-deep')
  expect(performance.now() - started).toBeLessThan(20)
})

test('an unfinished text, string or escape ends the scan', () => {
  for (const text of ['', '"', '"\\', '{"a', '[1,', 'tru', '\\']) {
    expect(scanJson(bytesOf(text), ANY)).toBe('within')
  }
})
