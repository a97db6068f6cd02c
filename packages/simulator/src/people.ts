import { type Random, seededRandom } from './random.ts'

/** A direction of taste that several people share, by which they can be learned from one another. */
export interface TasteProfile {
  readonly name: string
  /** Log-odds that an attribute adds to an item's chance; below zero where it puts off. */
  readonly likes: Readonly<Record<string, number>>
}

/** When in the week somebody chooses. */
export interface Routine {
  readonly name: string
  /** Relative frequency of an hour (0 to 23, UTC) of a day (0 Monday to 6 Sunday). */
  readonly frequency: (day: number, hour: number) => number
}

/** Somebody whose tastes are given instead of drawn. */
export interface KnownPerson {
  readonly id: string
  /** Share of each profile in this person's taste, by the profile's name. */
  readonly profiles: Readonly<Record<string, number>>
  readonly routine: string
  /** How many choices are on record. */
  readonly choices: number
}

/** One person of a world, with everything that decides their choices. */
export interface Person {
  readonly id: string
  /** Log-odds per attribute when the record begins, and now; in between they drift linearly. */
  readonly tastesAtFirst: ReadonlyMap<string, number>
  readonly tastesNow: ReadonlyMap<string, number>
  readonly routine: Routine
  /** Times of the choices on record, milliseconds since 1970, ascending. */
  readonly times: readonly number[]
}

export interface PopulationSpec {
  readonly seed: number
  /** Milliseconds since 1970: the record ends here. */
  readonly now: number
  /** Length of the record in days. */
  readonly days: number
  readonly profiles: readonly TasteProfile[]
  readonly routines: readonly Routine[]
  /** Median number of choices on record per person; the numbers are log-normal around it. */
  readonly choicesMedian: number
}

const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS
/** 1970-01-05 was the first Monday. */
const FIRST_MONDAY_MS = 4 * 24 * HOUR_MS
/** Standard deviation of the logarithm of the number of choices. */
const CHOICES_SPREAD = 0.55
const CHOICES_MIN = 5
/** No record is longer than this many times the median. */
const CHOICES_MAX_FACTOR = 4
/** Below one, so that most people are mostly of one or two profiles. */
const PROFILE_CONCENTRATION = 0.07
/** Standard deviation of what is a person's own beside the profiles, in log-odds per attribute. */
const OWN_TASTE_SPREAD = 0.25
/** How many people's taste moves towards another mix while the record runs, and how far at most. */
const DRIFTING_SHARE = 0.25
const DRIFT_MAX = 0.7
/** Two choices of one person are at least this far apart. */
const PAUSE_MS = 2 * HOUR_MS
/** Draws of a time before the record is taken to be full. */
const TIME_DRAWS_MAX = 50

/** Draws somebody's tastes, routine and times. */
export function drawPerson(spec: PopulationSpec, id: string): Person {
  const random = seededRandom(spec.seed, 'person', id)
  const mix = drawMix(random, spec.profiles.length)
  const own = drawOwnTastes(random, spec.profiles)
  const later = drawMix(random, spec.profiles.length)
  const drift = random.uniform() < DRIFTING_SHARE ? DRIFT_MAX * random.uniform() : 0
  const mixNow = mix.map((share, at) => (1 - drift) * share + drift * (later[at] ?? 0))
  const routine = spec.routines[random.weighted(spec.routines.map(() => 1))]
  if (routine === undefined) throw new RangeError('a population needs at least one routine')
  const drawn = Math.round(spec.choicesMedian * Math.exp(CHOICES_SPREAD * random.normal()))
  const count = Math.min(spec.choicesMedian * CHOICES_MAX_FACTOR, Math.max(CHOICES_MIN, drawn))
  const days = spec.days * (0.15 + 0.85 * random.uniform())
  return {
    id,
    tastesAtFirst: blend(spec.profiles, mix, own),
    tastesNow: blend(spec.profiles, mixNow, own),
    routine,
    times: drawTimes(random, { now: spec.now, days, routine, count }),
  }
}

/** Takes a known person's tastes as given and draws their times. */
export function placePerson(spec: PopulationSpec, known: KnownPerson): Person {
  const routine = spec.routines.find(({ name }) => name === known.routine)
  if (routine === undefined) throw new RangeError(`there is no routine "${known.routine}"`)
  for (const name of Object.keys(known.profiles)) {
    if (!spec.profiles.some((profile) => profile.name === name)) {
      throw new RangeError(`there is no profile "${name}"`)
    }
  }
  const mix = spec.profiles.map(({ name }) => known.profiles[name] ?? 0)
  const tastes = blend(spec.profiles, mix, new Map())
  const random = seededRandom(spec.seed, 'person', known.id)
  const span = { now: spec.now, days: spec.days, routine, count: known.choices }
  return {
    id: known.id,
    tastesAtFirst: tastes,
    tastesNow: tastes,
    routine,
    times: drawTimes(random, span),
  }
}

/** Shares that add up to one: exponential draws raised to a power, so that a few of them dominate. */
function drawMix(random: Random, length: number): number[] {
  const draws = Array.from({ length }, () => random.uniform() ** (1 / PROFILE_CONCENTRATION))
  const total = draws.reduce((sum, draw) => sum + draw, 0)
  return draws.map((draw) => draw / total)
}

function drawOwnTastes(random: Random, profiles: readonly TasteProfile[]): Map<string, number> {
  const names = new Set(profiles.flatMap(({ likes }) => Object.keys(likes)))
  return new Map([...names].sort().map((name) => [name, OWN_TASTE_SPREAD * random.normal()]))
}

function blend(
  profiles: readonly TasteProfile[],
  mix: readonly number[],
  own: ReadonlyMap<string, number>,
): Map<string, number> {
  const tastes = new Map(own)
  for (const [at, profile] of profiles.entries()) {
    for (const [name, odds] of Object.entries(profile.likes)) {
      tastes.set(name, (tastes.get(name) ?? 0) + (mix[at] ?? 0) * odds)
    }
  }
  return tastes
}

function drawTimes(
  random: Random,
  span: {
    readonly now: number
    readonly days: number
    readonly routine: Routine
    readonly count: number
  },
): number[] {
  const week = Array.from({ length: 7 * 24 }, (_, at) =>
    span.routine.frequency(Math.floor(at / 24), at % 24),
  )
  const since = span.now - span.days * 24 * HOUR_MS
  const times: number[] = []
  for (let draw = 0; times.length < span.count && draw < span.count * TIME_DRAWS_MAX; draw += 1) {
    const moment = since + random.uniform() * (span.now - since)
    const monday = moment - ((moment - FIRST_MONDAY_MS) % WEEK_MS)
    const time = Math.floor(monday + (random.weighted(week) + random.uniform()) * HOUR_MS)
    if (time < since || time >= span.now) continue
    if (times.every((other) => Math.abs(other - time) >= PAUSE_MS)) times.push(time)
  }
  return times.sort((a, b) => a - b)
}
