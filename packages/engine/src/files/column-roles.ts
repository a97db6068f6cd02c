import type { Column, Mapping } from '@adsum/protocol'
import { type Role, roleOfName } from './column-names.ts'
import { type ColumnProfile, determinedBy, profileColumn } from './column-profile.ts'
import { EVENT_TYPES_MAX } from './limits.ts'
import { timeFormatWords } from './times.ts'

/** What the columns of a table were taken for. */
export interface Inference {
  readonly columns: readonly Column[]
  /** Null when the person or the item could not be told: nothing is guessed then. */
  readonly mapping: Mapping | null
  /** What could not be told, in words; null when all is clear. */
  readonly unclear: string | null
}

/** A decision for a role, with its reason. */
interface Choice {
  readonly profile: ColumnProfile
  readonly why: string
}

type Choices = Partial<Record<Role, Choice>>

/** Share of agreeing rows from which one column counts as a property of another. */
const PROPERTY_SHARE_MIN = 0.95
/** Share of filled cells that a person or an item needs. */
const FILLED_SHARE_MIN = 0.5
/** Different values that a column of unknown name needs to pass as people or items. */
const IDS_MIN = 10
/** A table grouped by person has this share of neighbours alike in one column and less in the other. */
const RUNS = { grouped: 0.3, scattered: 0.05 } as const
/** Most different values of an unnamed column of ratings, and their bounds. */
const RATING = { distinctMax: 21, low: 0, high: 10 } as const

/**
 * Takes columns for their roles: first by name, checked against the content; then by content where
 * exactly one column can be meant.
 * @param columns names, in order.
 * @param rows the cells of some rows.
 * @param named whether the names are the file's own.
 */
export function inferColumns(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  named: boolean,
): Inference {
  const profiles = columns.map((name, index) => profileColumn(name, index, rows))
  const choices: Choices = {}
  for (const role of ['user', 'item', 'time', 'value', 'type'] as const) {
    const choice = byName(role, profiles)
    if (choice !== null) choices[role] = choice
  }
  const time = choices.time ?? timeByContent(profiles, choices)
  if (time !== null) choices.time = time
  const problem = peopleAndItemsByContent(profiles, choices)
  if (!named && choices.value === undefined) {
    const value = ratingByContent(profiles, choices)
    if (value !== null) choices.value = value
  }
  const title = titleOf(profiles, choices)
  if (title !== null) choices.title = title
  return {
    columns: profiles.map((profile) => describe(profile, choices)),
    mapping: problem === null ? mappingOf(choices) : null,
    unclear: problem ?? ambiguousTimes(choices),
  }
}

function byName(role: Role, profiles: readonly ColumnProfile[]): Choice | null {
  const fitting = profiles.flatMap((profile) => {
    const hint = roleOfName(profile.name)
    if (hint?.role !== role || !fits(role, profile)) return []
    // Of two names of one kind the identifier wins over the display name.
    const isId = /(id|key|nr|no|code|number|nummer)$/i.test(profile.name)
    return [{ profile, rank: hint.rank + (isId ? -0.5 : 0) }]
  })
  if (fitting.length === 0) return null
  const { profile } = fitting.reduce((a, b) => (b.rank < a.rank ? b : a))
  return { profile, why: 'its name' }
}

function fits(role: Role, profile: ColumnProfile): boolean {
  switch (role) {
    case 'user':
    case 'item':
      return profile.filled >= FILLED_SHARE_MIN
    case 'time':
      return profile.times !== null && profile.filled >= FILLED_SHARE_MIN
    case 'value':
      return profile.decimalMark !== null
    case 'type':
      return profile.distinct <= EVENT_TYPES_MAX && profile.filled >= FILLED_SHARE_MIN
    case 'title':
      return profile.distinct >= 2
  }
}

function isFree(profile: ColumnProfile, choices: Choices): boolean {
  return !Object.values(choices).some((choice) => choice.profile === profile)
}

/** Whether the column only says something about another one, as a birthday does about a person. */
function isProperty(profile: ColumnProfile, of: Choice | undefined): boolean {
  return of !== undefined && determinedBy(profile, of.profile) >= PROPERTY_SHARE_MIN
}

function only(profiles: readonly ColumnProfile[]): ColumnProfile | null {
  return profiles.length === 1 ? (profiles[0] ?? null) : null
}

function timeByContent(profiles: readonly ColumnProfile[], choices: Choices): Choice | null {
  const profile = only(
    profiles.filter(
      (candidate) =>
        isFree(candidate, choices) &&
        roleOfName(candidate.name) === null &&
        fits('time', candidate) &&
        !isProperty(candidate, choices.user) &&
        !isProperty(candidate, choices.item),
    ),
  )
  return profile === null ? null : { profile, why: 'the only column of times' }
}

function ratingByContent(profiles: readonly ColumnProfile[], choices: Choices): Choice | null {
  const profile = only(
    profiles.filter(
      (candidate) =>
        isFree(candidate, choices) &&
        candidate.decimalMark !== null &&
        candidate.distinct >= 2 &&
        candidate.distinct <= RATING.distinctMax &&
        candidate.low >= RATING.low &&
        candidate.high <= RATING.high,
    ),
  )
  if (profile === null) return null
  return { profile, why: `numbers from ${profile.low} to ${profile.high}, as ratings are` }
}

/**
 * Fills in the person and the item where the content leaves no choice.
 * @returns what is unclear, or null.
 */
function peopleAndItemsByContent(
  profiles: readonly ColumnProfile[],
  choices: Choices,
): string | null {
  const known = choices.user ?? choices.item
  const ids = profiles.filter(
    (profile) =>
      isFree(profile, choices) &&
      looksLikeIds(profile) &&
      (known === undefined || !isProperty(profile, known)),
  )
  if (choices.user !== undefined && choices.item !== undefined) return null
  if (known !== undefined) {
    const missing = choices.user === undefined ? 'user' : 'item'
    const profile = only(ids)
    if (profile === null) return cannotTell(missing === 'user' ? 'the person' : 'the item', ids)
    choices[missing] = { profile, why: 'the only other column of identifiers' }
    return null
  }
  const [first, second] = ids
  if (first !== undefined && second !== undefined && ids.length === 2) {
    if (first.runs >= RUNS.grouped && second.runs <= RUNS.scattered) {
      choices.user = {
        profile: first,
        why: 'the rows are grouped by it, as histories of people are',
      }
      choices.item = { profile: second, why: 'the only other column of identifiers' }
      return null
    }
  }
  return cannotTell('the person and the item', ids)
}

function looksLikeIds(profile: ColumnProfile): boolean {
  const hint = roleOfName(profile.name)
  const otherwiseNamed = hint !== null && hint.role !== 'user' && hint.role !== 'item'
  const continuous = profile.decimalMark !== null && !profile.whole
  const ratingLike = profile.decimalMark !== null && profile.distinct <= RATING.distinctMax
  return (
    !otherwiseNamed &&
    !continuous &&
    !(ratingLike && profile.high <= RATING.high) &&
    profile.times === null &&
    profile.distinct >= Math.min(IDS_MIN, profile.cells.length) &&
    profile.filled >= FILLED_SHARE_MIN
  )
}

function cannotTell(what: string, ids: readonly ColumnProfile[]): string {
  if (ids.length === 0) return `no column looks like ${what}`
  return `${what} could be any of: ${ids.map(({ name }) => name).join(', ')}`
}

function titleOf(profiles: readonly ColumnProfile[], choices: Choices): Choice | null {
  const { user, item } = choices
  if (item === undefined) return null
  const title = byName(
    'title',
    profiles.filter((profile) => {
      if (!isFree(profile, choices)) return false
      const ofItem = determinedBy(profile, item.profile)
      const ofUser = user === undefined ? Number.NaN : determinedBy(profile, user.profile)
      // Where no item comes again, a name must at least not be the person's.
      return Number.isNaN(ofItem) ? !(ofUser >= PROPERTY_SHARE_MIN) : ofItem >= PROPERTY_SHARE_MIN
    }),
  )
  return title === null ? null : { ...title, why: 'its name, and each item has one' }
}

function mappingOf(choices: Choices): Mapping | null {
  const { user, item } = choices
  if (user === undefined || item === undefined) return null
  const optional = (['time', 'value', 'type', 'title'] as const).flatMap((role) => {
    const choice = choices[role]
    return choice === undefined ? [] : [[role, choice.profile.name] as const]
  })
  return { user: user.profile.name, item: item.profile.name, ...Object.fromEntries(optional) }
}

function ambiguousTimes({ time }: Choices): string | null {
  const times = time?.profile.times
  if (time === undefined || times === null || times === undefined || 'format' in times) return null
  return `the dates in "${time.profile.name}" could have the day or the month first`
}

function describe(profile: ColumnProfile, choices: Choices): Column {
  const { name, examples } = profile
  for (const [role, choice] of Object.entries(choices) as [Role, Choice][]) {
    if (choice.profile !== profile) continue
    return {
      name,
      role,
      examples: [...examples],
      reason: `${choice.why}; ${content(role, profile)}`,
    }
  }
  return { name, role: 'ignored', examples: [...examples], reason: whyIgnored(profile, choices) }
}

function whyIgnored({ name, times }: ColumnProfile, choices: Choices): string {
  const hint = roleOfName(name)
  if (hint !== null && choices[hint.role] !== undefined) return `another column is the ${hint.role}`
  const speaksOfTime = hint?.role === 'time' || /time|date|zeit|datum/i.test(name)
  if (choices.time === undefined && speaksOfTime && times === null) {
    return 'its name speaks of time, but its values are no times that can be read'
  }
  return 'no role was recognised'
}

function content(role: Role, profile: ColumnProfile): string {
  const rows = profile.cells.length
  const different =
    `${profile.distinct.toLocaleString('en-US')} different in ` +
    `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`
  if (role === 'value') return `numbers from ${profile.low} to ${profile.high}`
  if (role !== 'time' || profile.times === null) return different
  if (!('format' in profile.times)) return 'dates with the day or the month first, which is unclear'
  return `it reads as ${timeFormatWords[profile.times.format]}`
}
