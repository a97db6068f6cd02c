import { type Choice, type Moment, makeWorld, seededRandom, type WorldItem } from '@adsum/simulator'
import { type Film, seriesFilms, standaloneFilms } from './films.ts'
import { commuting, known, profiles, routines } from './people.ts'

/** An item as `PUT /v1/items` takes it. */
export interface CinemaItem {
  readonly type: 'movie'
  readonly id: string
  readonly attributes: {
    readonly title: string
    readonly genres: readonly string[]
    readonly year: number
  }
}

/** An event as `POST /v1/events` takes it. */
export interface CinemaEvent {
  readonly id: string
  readonly type: 'watched'
  readonly user: string
  readonly item: string
  /** 0.5 to 5 in steps of 0.5. */
  readonly value: number
  /** ISO 8601, UTC. */
  readonly time: string
  readonly context: { readonly device: 'tv' | 'phone' }
}

export interface CinemaWorld {
  readonly items: readonly CinemaItem[]
  /** In the order of time. */
  readonly events: readonly CinemaEvent[]
  /**
   * The probability of each film (by id) to be somebody's next one: after their recorded history, or
   * at another moment.
   * @throws RangeError when there is no such person.
   */
  truth(user: string, moment?: Moment): ReadonlyMap<string, number>
}

/** The world that a first start shows. */
export const demonstration = { seed: 7, people: 600 } as const

/** Two years. */
const RECORD_DAYS = 730
const CHOICES_MEDIAN = 36
/** Standard deviation of how well known a film is, in log-odds: the tenth best known of 250 is 2.5 times the median. */
const FAME_SPREAD = 0.55
/** How often a film is watched on another device than the hour suggests. */
const OTHER_DEVICE_SHARE = 0.1
const RATING_STEPS = 10

/**
 * A cinema: about 250 films, `people` people (the two examples of the declaration among them) and what
 * they watched in the two years before `now` (milliseconds since 1970), about 42 films each.
 */
export function cinemaWorld(options: {
  readonly seed: number
  readonly people: number
  readonly now: number
}): CinemaWorld {
  const films = catalogue()
  const world = makeWorld({
    ...options,
    days: RECORD_DAYS,
    items: films.map(({ film, series }, at) => worldItem(options.seed, film, series, at)),
    profiles,
    routines,
    known,
    choicesMedian: CHOICES_MEDIAN,
  })
  return {
    items: films.map(({ film }, at) => ({ type: 'movie', id: filmId(at), attributes: film })),
    events: world.choices.map((choice) => watched(options.seed, choice)),
    truth: (user, moment) => world.nextChoice(user, moment),
  }
}

function catalogue(): { film: Film; series: WorldItem['series'] }[] {
  const parts = [...seriesFilms].flatMap(([name, films]) =>
    films.map((film, at) => ({ film, series: { name, part: at + 1 } })),
  )
  return [...standaloneFilms.map((film) => ({ film, series: null })), ...parts]
}

function worldItem(seed: number, film: Film, series: WorldItem['series'], at: number): WorldItem {
  const decade = Math.floor(film.year / 10) * 10
  return {
    id: filmId(at),
    attributes: [...film.genres.map((genre) => `genre:${genre}`), `decade:${decade}`],
    fame: FAME_SPREAD * seededRandom(seed, 'fame', film.title).normal(),
    series,
  }
}

/** `film-001` and so on. */
function filmId(at: number): string {
  return `film-${String(at + 1).padStart(3, '0')}`
}

function watched(seed: number, choice: Choice): CinemaEvent {
  const time = new Date(choice.time)
  const weekday = time.getUTCDay() >= 1 && time.getUTCDay() <= 5
  const usual = weekday && commuting(time.getUTCHours()) ? 'phone' : 'tv'
  const other = usual === 'tv' ? 'phone' : 'tv'
  const swapped = seededRandom(seed, 'device', choice.id).uniform() < OTHER_DEVICE_SHARE
  return {
    id: choice.id,
    type: 'watched',
    user: choice.person,
    item: choice.item,
    value: Math.max(1, Math.round(choice.satisfaction * RATING_STEPS)) / 2,
    time: time.toISOString(),
    context: { device: swapped ? other : usual },
  }
}
