import fc from 'fast-check'
import { describe, test } from 'vitest'
import type { Learner, LearnerModel, LearnerStatistics } from '../learner.ts'
import { joinSequences } from '../statistics/sequences.ts'
import { sequences, type World, worldItems, worlds } from './worlds.ts'

/** Makes the learner under test; asked anew for every law. */
export type LearnerFactory<Statistics extends LearnerStatistics> = () => Learner<Statistics>

/** A promise that every learner of the kind `sum` keeps. */
export interface LearnerLaw {
  readonly name: string
  /** Throws, with a counterexample, when the learner breaks it. */
  check<Statistics extends LearnerStatistics>(factory: LearnerFactory<Statistics>): Promise<void>
}

/** Worlds tried per law; the seed is fixed, so that a failure comes again. */
const RUNS = { numRuns: 20, seed: 20_261_121 } as const

/** The laws of the design, section 1: what "everything is a sum over people" promises. */
export const learnerLaws: readonly LearnerLaw[] = [
  {
    name: 'terms add up to the score of every item',
    check: (factory) =>
      holds(fc.tuple(worlds, sequences), async ([world, sequence]) => {
        const learner = factory()
        const model = await fitWorld(learner, world)
        const history = modelSequence(model, sequence)
        for (const [item, score] of model.scores(history).entries()) {
          const { bias, events } = model.terms(history, item)
          same(events.length, sequence.length, 'one share per event')
          same(
            events.reduce((sum, share) => sum + share, bias),
            score,
            `shares of item ${item}`,
          )
        }
        model.close()
      }),
  },
  {
    name: 'adding and taking back changes nothing',
    check: (factory) =>
      holds(fc.tuple(worlds, sequences), async ([world, sequence]) => {
        const learner = factory()
        const statistics = total(learner, world)
        const before = statistics.serialise()
        statistics.add(Int32Array.from(sequence), 1)
        statistics.add(Int32Array.from(sequence), -1)
        sameBytes(statistics.serialise(), before, 'the total')
        statistics.close()
      }),
  },
  {
    name: 'an erased person was never here',
    check: (factory) =>
      holds(fc.tuple(worlds, fc.nat()), async ([world, which]) => {
        const learner = factory()
        const person = Array.from(world.keys())[which % world.size] as string
        const others = new Map(Array.from(world).filter(([name]) => name !== person))
        const statistics = named(learner)
        const ledger = learner.createLedger(statistics)
        for (const [name, sequence] of world) ledger.set(name, Int32Array.from(sequence))
        ledger.set(person, null)
        const never = total(learner, others)
        sameBytes(statistics.serialise(), never.serialise(), 'the total')
        if (learnsSomething(others)) {
          sameBytes(
            await fitBytes(learner, statistics),
            await fitBytes(learner, never),
            'the model',
          )
        }
        statistics.close()
        never.close()
      }),
  },
  {
    name: 'the order of arrival does not matter, late events included',
    check: (factory) =>
      holds(fc.tuple(worlds, fc.infiniteStream(fc.nat())), async ([world, choices]) => {
        const learner = factory()
        const statistics = named(learner)
        const ledger = learner.createLedger(statistics)
        for (const { person, sequence } of arrivals(world, choices)) {
          ledger.set(person, Int32Array.from(sequence))
        }
        const inOrder = total(learner, world)
        sameBytes(statistics.serialise(), inOrder.serialise(), 'the total')
        statistics.close()
        inOrder.close()
      }),
  },
  {
    name: 'totals of parts add up to the total of all',
    check: (factory) =>
      holds(fc.tuple(worlds, fc.nat()), async ([world, mask]) => {
        const learner = factory()
        const people = Array.from(world)
        const part = (side: number) =>
          new Map(people.filter((_, index) => ((mask >> index) & 1) === side))
        const merged = total(learner, part(0))
        const other = total(learner, part(1))
        const whole = total(learner, world)
        merged.merge(other, 1)
        sameBytes(merged.serialise(), whole.serialise(), 'the sum of the parts')
        merged.merge(other, -1)
        const first = total(learner, part(0))
        sameBytes(merged.serialise(), first.serialise(), 'the whole without a part')
        for (const statistics of [merged, other, whole, first]) statistics.close()
      }),
  },
  {
    name: 'many sequences at once are the same as one by one',
    check: (factory) =>
      holds(worlds, async (world) => {
        const learner = factory()
        const together = named(learner)
        await together.addSequences(
          joinSequences(Array.from(world.values(), (sequence) => Int32Array.from(sequence))),
        )
        const single = total(learner, world)
        sameBytes(together.serialise(), single.serialise(), 'the total')
        together.close()
        single.close()
      }),
  },
  {
    name: 'saying the same twice changes nothing',
    check: (factory) =>
      holds(worlds, async (world) => {
        const learner = factory()
        const statistics = named(learner)
        const ledger = learner.createLedger(statistics)
        for (const repeat of [1, 2]) {
          for (const [name, sequence] of world) ledger.set(name, Int32Array.from(sequence))
          const once = total(learner, world)
          sameBytes(statistics.serialise(), once.serialise(), `the total after ${repeat}`)
          once.close()
        }
        statistics.close()
      }),
  },
  {
    name: 'the same total gives the same model',
    check: (factory) =>
      holds(worlds, async (world) => {
        const [first, second] = [factory(), factory()]
        const statistics = [total(first, world), total(second, world)] as const
        const bytes = await fitBytes(first, statistics[0])
        sameBytes(await fitBytes(first, statistics[0]), bytes, 'a second fit')
        sameBytes(await fitBytes(second, statistics[1]), bytes, 'a fit by another instance')
        for (const each of statistics) each.close()
      }),
  },
  {
    name: 'the numbering of the items does not matter',
    check: (factory) =>
      holds(
        fc.tuple(worlds, fc.shuffledSubarray([...worldItems], { minLength: worldItems.length })),
        async ([world, numbering]) => {
          const learner = factory()
          const statistics = total(learner, world)
          const renumbered = learner.createStatistics()
          for (const [rawId, name] of numbering.entries()) renumbered.setItem(rawId, name)
          for (const sequence of world.values()) {
            const ids = sequence.map((item) => numbering.indexOf(worldItems[item] ?? ''))
            renumbered.add(Int32Array.from(ids), 1)
          }
          sameBytes(renumbered.serialise(), statistics.serialise(), 'the total')
          sameBytes(
            await fitBytes(learner, renumbered),
            await fitBytes(learner, statistics),
            'the model',
          )
          statistics.close()
          renumbered.close()
        },
      ),
  },
  {
    name: 'bytes read back as what they were',
    check: (factory) =>
      holds(fc.tuple(worlds, sequences), async ([world, sequence]) => {
        const learner = factory()
        const statistics = total(learner, world)
        const bytes = statistics.serialise()
        const copy = learner.deserialiseStatistics(bytes)
        sameBytes(copy.serialise(), bytes, 'the total')
        const model = await learner.fit(copy)
        const modelCopy = await learner.deserialiseModel(model.serialise())
        sameBytes(modelCopy.serialise(), model.serialise(), 'the model')
        const history = modelSequence(model, sequence)
        same(modelCopy.scores(history).join(), model.scores(history).join(), 'scores')
        for (const closable of [statistics, copy, model, modelCopy]) closable.close()
      }),
  },
]

/** The contract suite: every law as a test. */
export function describeLearner<Statistics extends LearnerStatistics>(
  name: string,
  factory: LearnerFactory<Statistics>,
): void {
  describe(`the laws of learners: ${name}`, () => {
    for (const law of learnerLaws) test(law.name, () => law.check(factory))
  })
}

function holds<Drawn>(
  drawn: fc.Arbitrary<Drawn>,
  law: (value: Drawn) => Promise<void>,
): Promise<void> {
  return fc.assert(fc.asyncProperty(drawn, law), RUNS)
}

function named<Statistics extends LearnerStatistics>(learner: Learner<Statistics>): Statistics {
  const statistics = learner.createStatistics()
  for (const [rawId, name] of worldItems.entries()) statistics.setItem(rawId, name)
  return statistics
}

function total<Statistics extends LearnerStatistics>(
  learner: Learner<Statistics>,
  world: World,
): Statistics {
  const statistics = named(learner)
  for (const sequence of world.values()) statistics.add(Int32Array.from(sequence), 1)
  return statistics
}

/** The sequence by the item indices of the model. */
function modelSequence(model: LearnerModel, sequence: readonly number[]): number[] {
  return sequence.map((item) => model.items.indexOf(worldItems[item] ?? ''))
}

async function fitWorld<Statistics extends LearnerStatistics>(
  learner: Learner<Statistics>,
  world: World,
) {
  const statistics = total(learner, world)
  try {
    return await learner.fit(statistics)
  } finally {
    statistics.close()
  }
}

async function fitBytes<Statistics extends LearnerStatistics>(
  learner: Learner<Statistics>,
  statistics: Statistics,
): Promise<Uint8Array> {
  const model = await learner.fit(statistics)
  try {
    return model.serialise()
  } finally {
    model.close()
  }
}

/**
 * The events of a world one by one in a drawn order: each step is a person's sequence with one event
 * more, put where it belongs, so that most of them are late.
 */
function* arrivals(world: World, choices: Iterator<number>) {
  const left = Array.from(world).flatMap(([person, sequence]) =>
    sequence.map((_, position) => ({ person, position })),
  )
  const arrived = new Map(Array.from(world.keys(), (person) => [person, new Set<number>()]))
  while (left.length > 0) {
    const next = (choices.next().value ?? 0) % left.length
    const { person, position } = left.splice(next, 1)[0] as (typeof left)[number]
    const positions = arrived.get(person) as Set<number>
    positions.add(position)
    const sequence = (world.get(person) ?? []).filter((_, place) => positions.has(place))
    yield { person, sequence }
  }
}

function learnsSomething(world: World): boolean {
  return Array.from(world.values()).some((sequence) => sequence.some((item) => item >= 0))
}

function same(found: unknown, expected: unknown, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`)
}

function sameBytes(found: Uint8Array, expected: Uint8Array, what: string): void {
  const at = expected.findIndex((byte, index) => byte !== found[index])
  if (found.length === expected.length && at < 0) return
  throw new Error(`${what}: ${found.length} and ${expected.length} bytes, different from ${at} on`)
}
