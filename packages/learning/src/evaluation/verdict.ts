import type { Kernels } from '@adsum/kernels'
import { createRandom, sampleIndices } from '../random.ts'
import type { RankerConfiguration } from '../sequence/configuration.ts'
import { WorkSlices } from '../work-slices.ts'
import { bootstrapInterval, type Interval, mean } from './bootstrap.ts'
import { holdOut, type TestCase } from './holdout.ts'
import { type Interactions, repeatedShare } from './interactions.ts'
import { keepFrequentItems } from './keep-frequent-items.ts'
import { type Method, type MethodName, openMethods } from './methods.ts'
import { coverage, hitRateAt, ndcgAt } from './ranking.ts'

/** Places of a list that count. */
export const VERDICT_PLACES = 10
/** People asked about; a larger number is sampled down to it. */
export const VERDICT_USERS_MAX = 2_000
/** With fewer people than this to ask about, chance would decide. */
export const VERDICT_USERS_MIN = 100
/** With fewer events than this there is nothing to learn from. */
export const VERDICT_EVENTS_MIN = 1_000
const BOOTSTRAP = { resamples: 1_000, level: 0.95 } as const
/** Up to this share of repeated events, lists leave out what a person already had. */
const REPEATS_SHARE_MAX = 0.05

/** How one method did on the people asked about. */
export interface MethodResult {
  readonly name: MethodName
  /** NDCG at {@link VERDICT_PLACES}, mean with its 95% interval. */
  readonly ndcg: Interval
  /** Share of people whose next item was among the first places. */
  readonly hitRate: Interval
  /** Share of the items that appeared in any list. */
  readonly coverage: number
}

export interface Verdict {
  readonly verdict: 'worth-it' | 'not-yet' | 'not-enough-data'
  /** One or two sentences for people. */
  readonly reason: string
  readonly users: number
  readonly items: number
  readonly events: number
  /** People asked about. */
  readonly testUsers: number
  /** Items beyond the most frequent ones that could be learned. */
  readonly itemsLeftOut: number
  readonly split: 'time' | 'last-event'
  /** Whether lists could show what a person already had: only where people do come back to things. */
  readonly repeats: boolean
  readonly methods: readonly MethodResult[]
  /** The ranker minus the best simple method, person by person; `null` without enough data. */
  readonly difference: { readonly to: MethodName; readonly ndcg: Interval } | null
}

export interface VerdictProgress {
  readonly stage: 'learning' | 'asking'
  /** From 0 to 1 within the stage. */
  readonly done: number
}

export interface VerdictOptions {
  readonly kernels: Kernels
  readonly configuration: RankerConfiguration
  readonly itemsMax: number
  readonly seed: number
  readonly onProgress?: (progress: VerdictProgress) => void
}

/**
 * Would personal lists be worth it on these data? Learns from the earlier part, asks about the later one,
 * and compares with the simple methods on the same people. `worth-it` means that the 95% interval of
 * the paired difference in NDCG to the best simple method lies above zero.
 */
export async function evaluateVerdict(
  interactions: Interactions,
  options: VerdictOptions,
): Promise<Verdict> {
  const holdout = holdOut(interactions)
  const { training, cases, itemsLeftOut, itemCount } = keepFrequentItems(holdout, options.itemsMax)
  const repeats = repeatedShare(interactions) > REPEATS_SHARE_MAX
  const facts = {
    users: new Set(interactions.users).size,
    items: new Set(interactions.items).size,
    events: interactions.items.length,
    testUsers: Math.min(cases.length, VERDICT_USERS_MAX),
    itemsLeftOut,
    split: holdout.split,
    repeats,
  }
  if (cases.length < VERDICT_USERS_MIN || facts.events < VERDICT_EVENTS_MIN) {
    const reason = notEnough(facts.events, cases.length)
    return { ...facts, verdict: 'not-enough-data', reason, methods: [], difference: null }
  }
  const random = createRandom(options.seed)
  const asked = Array.from(
    sampleIndices(cases.length, VERDICT_USERS_MAX, random),
    (index) => cases[index] as TestCase,
  )
  const { methods, close } = await openMethods(training, holdout.trainingTimes, itemCount, {
    ...options,
    onProgress: (done) => options.onProgress?.({ stage: 'learning', done }),
  })
  try {
    const answers = await ask(methods, asked, { itemCount, repeats, options })
    return { ...facts, ...judge(answers, options.seed) }
  } finally {
    close()
  }
}

/** Per method: measures person by person. */
interface Answers {
  readonly name: MethodName
  readonly ndcg: Float64Array
  readonly hits: Float64Array
  readonly coverage: number
}

async function ask(
  methods: readonly Method[],
  cases: readonly TestCase[],
  context: {
    readonly itemCount: number
    readonly repeats: boolean
    readonly options: VerdictOptions
  },
): Promise<Answers[]> {
  const { itemCount, repeats, options } = context
  const lists = methods.map((): Int32Array[] => [])
  const slices = new WorkSlices(10)
  const exclude = new Uint8Array(itemCount)
  for (const [index, { history }] of cases.entries()) {
    if (!repeats) for (const item of history) if (item >= 0) exclude[item] = 1
    for (const [place, method] of methods.entries()) {
      lists[place]?.push(method.list(history, exclude, VERDICT_PLACES))
    }
    exclude.fill(0)
    if (slices.spend(1)) {
      options.onProgress?.({ stage: 'asking', done: index / cases.length })
      await slices.pause()
    }
  }
  return methods.map(({ name }, place) => {
    const ranked = lists[place] ?? []
    const measure = (at: typeof ndcgAt) =>
      Float64Array.from(ranked, (list, person) =>
        at(list, new Set([cases[person]?.target ?? -1]), VERDICT_PLACES),
      )
    return {
      name,
      ndcg: measure(ndcgAt),
      hits: measure(hitRateAt),
      coverage: coverage(ranked, VERDICT_PLACES, itemCount),
    }
  })
}

function judge(
  answers: readonly Answers[],
  seed: number,
): Pick<Verdict, 'verdict' | 'reason' | 'methods' | 'difference'> {
  const options = { ...BOOTSTRAP, seed }
  const methods = answers.map(({ name, ndcg, hits, coverage: shown }) => ({
    name,
    ndcg: bootstrapInterval(ndcg, options),
    hitRate: bootstrapInterval(hits, options),
    coverage: shown,
  }))
  const ours = answers.find(({ name }) => name === 'ranker') as Answers
  const best = answers
    .filter((answer) => answer !== ours)
    .reduce((a, b) => (mean(b.ndcg) > mean(a.ndcg) ? b : a))
  const ndcg = bootstrapInterval(
    ours.ndcg.map((value, person) => value - (best.ndcg[person] as number)),
    options,
  )
  const worth = ndcg.low > 0
  return {
    verdict: worth ? 'worth-it' : 'not-yet',
    reason: reasonFor(worth, ndcg, mean(ours.hits), best),
    methods,
    difference: { to: best.name, ndcg },
  }
}

const methodWords: Readonly<Record<MethodName, string>> = {
  ranker: 'personal lists',
  popularity: 'showing what is most popular',
  recency: 'showing what is popular lately',
  'item-knn': 'showing what often goes together',
}

function reasonFor(worth: boolean, ndcg: Interval, ourHits: number, best: Answers): string {
  const numbers =
    `Among ten suggestions, personal lists held the next thing for ${percent(ourHits)} of people; ` +
    `the best simple way, ${methodWords[best.name]}, for ${percent(mean(best.hits))}.`
  if (worth) return `${numbers} The order was better by more than chance explains.`
  if (ndcg.high < 0) return `${numbers} For now the simple way is better.`
  return `${numbers} Chance alone could explain the difference in the order.`
}

function notEnough(events: number, people: number): string {
  if (events < VERDICT_EVENTS_MIN) {
    return `There are ${events} events; it takes at least ${VERDICT_EVENTS_MIN} to learn from.`
  }
  return `Only ${people} people have something to be asked about; it takes at least ${VERDICT_USERS_MIN}.`
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}
