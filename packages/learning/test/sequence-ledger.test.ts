import { closeKernels, type Kernels, openKernels } from '@adsum/kernels'
import {
  learnedSequence,
  SequenceFingerprint,
  SequenceLedger,
  SequenceStatistics,
} from '@adsum/learning'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { letters, sequenceOf, shortScales } from './support/sequences.ts'

const ITEMS = 4
const DAY_MS = 86_400_000
const key = new Uint8Array(32).fill(7)
let kernels: Kernels

beforeAll(async () => {
  kernels = await openKernels()
})
afterAll(async () => {
  await closeKernels(kernels)
})

interface Kept {
  readonly statistics: SequenceStatistics
  readonly fingerprint: SequenceFingerprint
  readonly ledger: SequenceLedger
}

function openLedger(names: readonly string[] = letters(ITEMS), secret = key): Kept {
  const statistics = new SequenceStatistics(kernels, shortScales, { itemsMax: 26 })
  for (const [rawId, name] of names.entries()) statistics.setItem(rawId, name)
  const fingerprint = new SequenceFingerprint(statistics, secret)
  return { statistics, fingerprint, ledger: new SequenceLedger(statistics, fingerprint) }
}

function close({ statistics, fingerprint }: Kept): void {
  fingerprint.close()
  statistics.close()
}

/** The totals of people who said just this and nothing before. */
function fresh(people: ReadonlyMap<string, readonly number[]>): Kept {
  const kept = openLedger()
  for (const [person, sequence] of people) kept.ledger.set(person, Int32Array.from(sequence))
  return kept
}

function expectSame(found: Kept, expected: Kept): void {
  expect(found.statistics.serialise()).toEqual(expected.statistics.serialise())
  expect(found.fingerprint.digest()).toBe(expected.fingerprint.digest())
}

test('whatever was said before, the total is that of what holds now', async () => {
  const change = fc.record({ person: fc.constantFrom('p', 'q', 'r'), sequence: sequenceOf(ITEMS) })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const kept = openLedger()
      const now = new Map<string, number[]>()
      for (const { person, sequence } of changes) {
        kept.ledger.set(person, Int32Array.from(sequence))
        now.set(person, sequence)
      }
      const expected = fresh(now)
      expectSame(kept, expected)
      expect(await kept.fingerprint.verify()).toBe(true)
      expect(new Set(kept.ledger.people())).toEqual(new Set(expected.ledger.people()))
      close(kept)
      close(expected)
    }),
    { numRuns: 40 },
  )
})

interface Event {
  readonly id: string
  readonly time: number
  readonly timeKnown: boolean
  readonly item: number
}

const events = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 2 }),
    time: fc.integer({ min: 0, max: 3 * DAY_MS }),
    timeKnown: fc.boolean(),
    item: fc.integer({ min: -1, max: ITEMS - 1 }),
  }),
  { selector: ({ id }) => id, maxLength: 14 },
)

test('capped, late, deleted: the total is that of the events that are left', () => {
  const caps = { rowsPerDayMax: 2, eventsMax: 6 }
  const learned = (all: readonly Event[]) =>
    Int32Array.from(learnedSequence(all, caps), ({ item }) => item)
  fc.assert(
    fc.property(events, fc.nat(), (arriving, which) => {
      const kept = openLedger()
      const known: Event[] = []
      for (const event of arriving) {
        known.push(event)
        kept.ledger.set('p', learned(known))
      }
      const left = known.filter((_, index) => index !== which % (known.length + 1))
      kept.ledger.set('p', learned(left))
      const expected = fresh(new Map([['p', Array.from(learned(left.toReversed()))]]))
      expectSame(kept, expected)
      close(kept)
      close(expected)
    }),
    { numRuns: 60 },
  )
})

test('forgetting everyone leaves the total of nobody', () => {
  const kept = fresh(
    new Map([
      ['p', [0, 1, 2]],
      ['q', [2, 2]],
    ]),
  )
  kept.ledger.set('p', null)
  kept.ledger.set('q', null)
  expectSame(kept, openLedger([]))
  expect(kept.ledger.size).toBe(0)
  close(kept)
})

test('appending adds the new rows only', () => {
  const calls: (readonly [sign: number, rowStart: number, rowEnd: number])[] = []
  const ledger = new SequenceLedger({
    add: (sequence, sign, rowStart = 0, rowEnd = sequence.length) => {
      calls.push([sign, rowStart, rowEnd])
    },
    addSequences: async () => {},
    clear: () => {},
  })
  ledger.set('p', Int32Array.of(0, 1))
  ledger.set('p', Int32Array.of(0, 1, 2))
  ledger.set('p', Int32Array.of(0, 2))
  expect(calls).toEqual([
    [1, 0, 2],
    [1, 2, 3],
    [-1, 1, 3],
    [1, 1, 2],
  ])
})

test('what the caller does to its array afterwards does not matter', () => {
  const kept = openLedger()
  const sequence = Int32Array.of(0, 1)
  kept.ledger.set('p', sequence)
  sequence.fill(3)
  kept.ledger.set('p', null)
  expectSame(kept, openLedger([]))
  close(kept)
})

test('people loaded together are the same as people set one by one', async () => {
  const people = new Map([
    ['p', [0, 1, 2]],
    ['q', []],
    ['r', [2, -1, 2, 2]],
  ])
  const kept = openLedger()
  await kept.ledger.load(Array.from(people, ([name, items]) => [name, Int32Array.from(items)]))
  expectSame(kept, fresh(people))
  expect(kept.ledger.size).toBe(2)
  await expect(kept.ledger.load([['p', Int32Array.of(1)]])).rejects.toMatchObject({
    code: 'argument_invalid',
  })
  kept.ledger.set('p', null)
  kept.ledger.set('r', null)
  expectSame(kept, openLedger([]))
  close(kept)
})

test('a rebuild gives the same total, and takes no changes meanwhile', async () => {
  const long = Array.from({ length: 2_500 }, (_, index) => (index * 7) % ITEMS)
  const kept = fresh(
    new Map([
      ['p', long],
      ['q', [2, 2]],
    ]),
  )
  const before = kept.statistics.serialise()
  const digest = kept.fingerprint.digest()
  const rebuilding = kept.ledger.rebuild()
  expect(() => kept.ledger.set('p', null)).toThrow(
    expect.objectContaining({ code: 'statistics_busy' }),
  )
  await rebuilding
  expect(kept.statistics.serialise()).toEqual(before)
  expect(kept.fingerprint.digest()).toBe(digest)
  close(kept)
})

test('the fingerprint tells totals apart, needs the key, and ignores the numbering', () => {
  const people = new Map([['p', [0, 1, 2]]])
  const kept = fresh(people)
  for (const other of [
    [0, 1],
    [0, 2, 1],
    [0, 1, 2, -1],
    [1, 1, 2],
  ]) {
    const changed = fresh(new Map([['p', other]]))
    expect(changed.fingerprint.digest()).not.toBe(kept.fingerprint.digest())
    close(changed)
  }
  const otherKey = openLedger(letters(ITEMS), new Uint8Array(32).fill(8))
  otherKey.ledger.set('p', Int32Array.of(0, 1, 2))
  expect(otherKey.fingerprint.digest()).not.toBe(kept.fingerprint.digest())
  const renumbered = openLedger(letters(ITEMS).toReversed())
  renumbered.ledger.set('p', Int32Array.of(3, 2, 1))
  expect(renumbered.fingerprint.digest()).toBe(kept.fingerprint.digest())
  for (const each of [kept, otherKey, renumbered]) close(each)
})

test.each([
  {
    part: 'a pair',
    damage: ({ table }: SequenceStatistics) => {
      table.records[0]! += 1
    },
  },
  { part: 'n', damage: (statistics: SequenceStatistics) => statistics.addRows(1) },
  {
    part: 'a target count',
    damage: (statistics: SequenceStatistics) => statistics.addTotals(0, 1, () => 0),
  },
  {
    part: 'a feature sum',
    damage: (statistics: SequenceStatistics) => statistics.addTotals(0, 0, () => 1),
  },
])('a total that was altered in $part does not verify', async ({ damage }) => {
  const kept = fresh(new Map([['p', [0, 1, 2]]]))
  expect(await kept.fingerprint.verify()).toBe(true)
  damage(kept.statistics)
  expect(await kept.fingerprint.verify()).toBe(false)
  close(kept)
})
