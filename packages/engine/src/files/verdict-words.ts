import {
  type Verdict as EvaluatedVerdict,
  type MethodName,
  type MethodResult,
  VERDICT_PLACES,
} from '@adsum/learning'
import type { Interval, RowProblem, Verdict } from '@adsum/protocol'

/** What people call the methods that are compared. */
const TITLES: Readonly<Record<MethodName, string>> = {
  ranker: 'Adsum, for each person',
  popularity: 'The list of what is popular',
  recency: 'The list of what is popular lately',
  'item-knn': 'What goes together (item-kNN)',
}
const SPLITS: Readonly<Record<EvaluatedVerdict['split'], string>> = {
  time: 'by time: learned from the earlier four fifths, asked about what came later',
  'last-event': "by person: learned from all but everyone's last event, asked about that one",
}
/** People that a rate is told of: the fewest of whom it makes a few. */
const OUT_OF = [100, 1_000, 10_000] as const
const TOLD_MIN = 5

/** What a verdict is about, beside what was measured. */
export interface VerdictFacts {
  readonly seed: number
  readonly seconds: number
  readonly timesKnown: boolean
  readonly refused: number
  readonly problems: readonly RowProblem[]
}

/** A measured verdict in the words and shape in which people get it. */
export function verdictInWords(measured: EvaluatedVerdict, facts: VerdictFacts): Verdict {
  return {
    verdict: measured.verdict,
    sentence: sentenceOf(measured),
    why: reasonsOf(measured, facts),
    rows: measured.events,
    users: measured.users,
    items: measured.items,
    testUsers: measured.testUsers,
    split: SPLITS[measured.split],
    methods: measured.methods.map((method) => ({
      name: method.name,
      title: TITLES[method.name],
      ndcg10: intervalOf(method.ndcg),
      hitRate10: intervalOf(method.hitRate),
      coverage: method.coverage,
    })),
    seed: facts.seed,
    seconds: facts.seconds,
  }
}

function intervalOf({ mean, low, high }: MethodResult['ndcg']): Interval {
  return { value: mean, low, high }
}

function sentenceOf(measured: EvaluatedVerdict): string {
  const ours = measured.methods.find(({ name }) => name === 'ranker')
  const simple = measured.methods.find(({ name }) => name === measured.difference?.to)
  if (ours === undefined || simple === undefined)
    return `Not enough data: ${lowerFirst(measured.reason)}`
  const [people, found, against] = counts(ours.hitRate.mean, simple.hitRate.mean)
  const simply = lowerFirst(TITLES[simple.name])
  if (measured.verdict === 'worth-it') {
    return (
      `Worth it: of every ${people} people, ${found} would find their next choice among the first ` +
      `ten, against ${against} with ${simply}.`
    )
  }
  return (
    `Not yet: with ${simply}, ${against} of every ${people} people find their next choice among the ` +
    `first ten; lists for each person do not do better for certain (${found}).`
  )
}

/** Two rates as whole people out of as many as tell them apart. */
function counts(ours: number, simple: number): [people: string, ours: string, simple: string] {
  const of = (rate: number, people: number): number => Math.round(rate * people)
  const people =
    OUT_OF.find((size) => {
      const told = Math.max(of(ours, size), of(simple, size))
      return told >= TOLD_MIN && of(ours, size) !== of(simple, size)
    }) ?? OUT_OF[1]
  return [withCommas(people), withCommas(of(ours, people)), withCommas(of(simple, people))]
}

function reasonsOf(measured: EvaluatedVerdict, facts: VerdictFacts): string[] {
  const why: string[] = []
  const { difference } = measured
  if (difference !== null) {
    const { mean, low, high } = difference.ndcg
    why.push(
      `Compared person by person with ${lowerFirst(TITLES[difference.to])}, the best simple way here, ` +
        `lists for each person change the quality of the order (NDCG@${VERDICT_PLACES}) by ` +
        `${signed(mean)}; with 95% certainty between ${signed(low)} and ${signed(high)}.`,
    )
    why.push(
      measured.repeats
        ? 'People come back to things here, so lists may show again what someone already had.'
        : 'Lists leave out what someone already had.',
    )
  }
  if (!facts.timesKnown) {
    why.push('The data tell no times; the order of the rows was taken for the order of events.')
  }
  if (measured.itemsLeftOut > 0) {
    const left = withCommas(measured.itemsLeftOut)
    why.push(`${left} rarely chosen items were beyond what is learned and were never suggested.`)
  }
  const [first] = facts.problems
  if (first !== undefined) {
    why.push(
      `${withCommas(facts.refused)} ${facts.refused === 1 ? 'row was' : 'rows were'} left out; ` +
        `the first is line ${first.line}: ` +
        `${first.column}, expected ${first.expected}, found ${first.found}.`,
    )
  }
  return why
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`
}

function withCommas(value: number): string {
  return value.toLocaleString('en-US')
}

function lowerFirst(text: string): string {
  return text.startsWith('Adsum') ? text : text.charAt(0).toLowerCase() + text.slice(1)
}
