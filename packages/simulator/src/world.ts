import {
  type Catalogue,
  catalogueOf,
  choiceProbabilities,
  tasteOdds,
  type WorldItem,
} from './choice.ts'
import {
  drawPerson,
  type KnownPerson,
  type Person,
  type PopulationSpec,
  placePerson,
} from './people.ts'
import { seededRandom, seededUuid } from './random.ts'

export interface WorldSpec extends PopulationSpec {
  readonly items: readonly WorldItem[]
  /** Everybody, the known people included. */
  readonly people: number
  readonly known: readonly KnownPerson[]
}

/** Something that somebody chose. */
export interface Choice {
  /** In the form of a UUID; depends on the seed, the person and the number of the choice. */
  readonly id: string
  readonly person: string
  readonly item: string
  /** Milliseconds since 1970. */
  readonly time: number
  /** How well it suited the person, 0 to 1. */
  readonly satisfaction: number
}

/** The moment of a choice: what somebody chose so far (ids, oldest first) and when they choose again. */
export interface Moment {
  readonly history: readonly string[]
  /** Milliseconds since 1970. */
  readonly time: number
}

/** People, what they chose, and why they will choose what they choose next. */
export interface World {
  readonly people: readonly Person[]
  /** In the order of time. */
  readonly choices: readonly Choice[]
  /**
   * The truth: the probability of each item to be somebody's next choice, after the history on record
   * unless another moment is given.
   * @throws RangeError when there is no such person or item, or when everything has been chosen.
   */
  nextChoice(person: string, moment?: Moment): ReadonlyMap<string, number>
}

/** Standard deviation of what satisfaction owes to chance, in log-odds. */
const SATISFACTION_NOISE = 0.8
/** How much of what somebody expects of an item shows in how well it suits them. */
const SATISFACTION_SLOPE = 0.3

/** Makes a world: the same specification always gives the same one. */
export function makeWorld(spec: WorldSpec): World {
  const catalogue = catalogueOf(spec.items)
  const strangers = Math.max(0, spec.people - spec.known.length)
  const people = [
    ...spec.known.map((known) => placePerson(spec, known)),
    ...Array.from({ length: strangers }, (_, at) => drawPerson(spec, personId(at))),
  ]
  const records = new Map(people.map((person) => [person.id, live(spec, catalogue, person)]))
  const byId = new Map(people.map((person) => [person.id, person]))
  const choices = [...records.values()].flat()
  choices.sort((a, b) => a.time - b.time || (a.id < b.id ? -1 : 1))
  return {
    people,
    choices,
    nextChoice(id, moment) {
      const person = byId.get(id)
      if (person === undefined) throw new RangeError(`there is no person "${id}"`)
      const history = moment?.history ?? (records.get(id) ?? []).map(({ item }) => item)
      const numbers = history.map((item) => numberOf(catalogue, item))
      const chances = choiceProbabilities(catalogue, person, numbers, moment?.time ?? spec.now)
      return new Map(spec.items.map((item, at) => [item.id, chances[at] ?? 0]))
    },
  }
}

/** `u-001` and so on. */
function personId(at: number): string {
  return `u-${String(at + 1).padStart(3, '0')}`
}

function numberOf(catalogue: Catalogue, item: string): number {
  const number = catalogue.numbers.get(item)
  if (number === undefined) throw new RangeError(`there is no item "${item}"`)
  return number
}

/** Lets somebody choose at each of their times. */
function live(spec: WorldSpec, catalogue: Catalogue, person: Person): Choice[] {
  const random = seededRandom(spec.seed, 'choices', person.id)
  const history: number[] = []
  return person.times.slice(0, spec.items.length).map((time, at) => {
    const number = random.weighted(choiceProbabilities(catalogue, person, history, time))
    history.push(number)
    const odds = tasteOdds(catalogue, person, time)
    let usual = 0
    for (const value of odds) usual += value / odds.length
    const surprise = SATISFACTION_NOISE * random.normal()
    const suits = SATISFACTION_SLOPE * ((odds[number] ?? 0) - usual) + surprise
    return {
      id: seededUuid(seededRandom(spec.seed, 'choice', person.id, at)),
      person: person.id,
      item: catalogue.items[number]?.id ?? '',
      time,
      satisfaction: 1 / (1 + Math.exp(-suits)),
    }
  })
}
