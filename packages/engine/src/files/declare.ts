import type { Mapping } from '@adsum/protocol'
import {
  type AppDeclaration,
  defineApp,
  event,
  item,
  rating,
  tags,
  text,
} from '../app/declaration.ts'
import type { FileEvents } from './gather-events.ts'

/** The type of the events of a file that names none. */
export const DEFAULT_EVENT_TYPE = 'interaction'
/** The kind of item of an app made of a file. */
export const FILE_ITEM_TYPE = 'item'
/** The surface of an app made of a file. */
const FILE_SURFACE = 'home'
/** Share of repeated events from which people count as coming back to things. */
const REPEATS_SHARE_MIN = 0.05

/** Common types of events as a reason says them: "You bought …". */
const VERBS: readonly (readonly [RegExp, string])[] = [
  [/purchas|buy|bought|order|transaction|kauf|achat|compra/i, 'You bought'],
  [/wish|bookmark|favou?rit|save/i, 'You saved'],
  [/like/i, 'You liked'],
  [/watch|stream/i, 'You watched'],
  [/listen|play/i, 'You played'],
  [/read/i, 'You read'],
  [/rat(e|ing)|star|review/i, 'You rated'],
  [/click/i, 'You clicked'],
  [/view|visit|show|impression/i, 'You looked at'],
]
/** Names of columns whose values are ratings. */
const RATING_NAME = /rat(ing|e)|star|bewert|valora|avalia|evaluation|note$/i

/** What a declaration needs to know of a file. */
export interface FileSummary {
  readonly types: readonly string[]
  readonly value: { readonly low: number; readonly high: number } | null
  readonly titles: boolean
  readonly genres: boolean
  readonly repeats: boolean
}

/** Sums up the events of a file. */
export function summarise(events: FileEvents, mapping: Mapping): FileSummary {
  const rated = mapping.value !== undefined && RATING_NAME.test(mapping.value)
  return {
    types: events.types.length > 0 ? events.types : [rated ? 'rating' : DEFAULT_EVENT_TYPE],
    value: rangeOf(events.valueOf),
    titles: events.items.some(({ title }) => title !== null),
    genres: events.items.some(({ genres }) => genres !== null),
    repeats: repeatsShare(events) >= REPEATS_SHARE_MIN,
  }
}

/**
 * An app for the data of a file: one kind of item, the events of the file with their range of values,
 * and one surface, `home`, that recommends items.
 * @throws AdsumError `declaration_invalid` when the name does not fit.
 */
export function declarationOf(
  summary: FileSummary,
  options: { readonly name: string; readonly title?: string },
): AppDeclaration {
  const attributes = {
    ...(summary.titles ? { title: text() } : {}),
    ...(summary.genres ? { genres: tags() } : {}),
  }
  // Reasons name one verb for all events: of several types none would be true.
  const [type] = summary.types.length === 1 ? summary.types : []
  const verb = VERBS.find(([pattern]) => type !== undefined && pattern.test(type))?.[1]
  const events = summary.types.map((name) => {
    const declared = event({
      on: FILE_ITEM_TYPE,
      ...(summary.value === null ? {} : { value: rating(summary.value.low, summary.value.high) }),
      ...(verb === undefined ? {} : { verb }),
    })
    return [name, declared] as const
  })
  return defineApp({
    name: options.name,
    ...(options.title === undefined ? {} : { title: options.title }),
    items: { [FILE_ITEM_TYPE]: item(attributes) },
    events: Object.fromEntries(events),
    surfaces: {
      [FILE_SURFACE]: {
        verb: 'recommend',
        items: FILE_ITEM_TYPE,
        goal: Object.fromEntries(summary.types.map((type) => [type, 1 as const])),
        repeats: summary.repeats,
      },
    },
  })
}

/** The least and the greatest value; null when there are none or all are the same and say nothing. */
function rangeOf(values: Float64Array | null): { low: number; high: number } | null {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of values ?? []) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return low < high ? { low, high } : null
}

/** Share of the events whose person already had the item in an earlier row. */
function repeatsShare({ userOf, itemOf, items }: FileEvents): number {
  // Sorting keys of person and item brings repeats together; a set of pairs would not fit in memory.
  const keys = new Float64Array(userOf.length)
  for (let row = 0; row < keys.length; row++) {
    keys[row] = (userOf[row] as number) * items.length + (itemOf[row] as number)
  }
  keys.sort()
  let repeats = 0
  for (let row = 1; row < keys.length; row++) if (keys[row] === keys[row - 1]) repeats++
  return keys.length === 0 ? 0 : repeats / keys.length
}
