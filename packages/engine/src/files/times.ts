/** How a column writes times. Times without a zone are taken as UTC. */
export type TimeFormat =
  | 'unix-seconds'
  | 'unix-milliseconds'
  | 'unix-microseconds'
  | 'year-first'
  | 'day-first'
  | 'month-first'

/** What a column of times looks like: a format, or dates that two formats fit. */
export type TimeColumn = { readonly format: TimeFormat } | { readonly ambiguous: true }

/** In words, for reasons and problems. */
export const timeFormatWords: Readonly<Record<TimeFormat, string>> = {
  'unix-seconds': 'seconds since 1970',
  'unix-milliseconds': 'milliseconds since 1970',
  'unix-microseconds': 'microseconds since 1970',
  'year-first': 'a time such as 2026-11-21 19:03:11',
  'day-first': 'a date such as 21.11.2026 19:03',
  'month-first': 'a date such as 11/21/2026 19:03',
}

/** Seconds since 1970 that a column of bare numbers must lie between to pass as times: 1980 to 2100. */
const PLAUSIBLE_SECONDS = { low: 315_532_800, high: 4_102_444_800 } as const
const UNIX_SCALES = [
  ['unix-seconds', 1],
  ['unix-milliseconds', 1e3],
  ['unix-microseconds', 1e6],
] as const

const CLOCK = String.raw`(?:[T ,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?`
const YEAR_FIRST = new RegExp(
  String.raw`^(\d{4})([-/.]?)(\d{2})\2(\d{2})${CLOCK}\s*(Z|UTC|[+-]\d{2}:?\d{2})?$`,
  'i',
)
const YEAR_LAST = new RegExp(
  String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})${CLOCK}\s*([AP]M)?$`,
  'i',
)

/** Whether a cell is a date in words of digits, whatever the order; bare numbers are not. */
export function looksLikeTime(text: string): boolean {
  const trimmed = text.trim()
  return YEAR_FIRST.test(trimmed) || YEAR_LAST.test(trimmed)
}

/**
 * How a column writes its times.
 * @param values its cells, missing ones left out.
 * @param shareMin share of them that must be readable, such as 0.95.
 * @returns null when they are no times.
 */
export function detectTimes(values: readonly string[], shareMin: number): TimeColumn | null {
  if (values.length === 0) return null
  const enough = (count: number): boolean => count >= shareMin * values.length
  const readable = (format: TimeFormat): number =>
    values.filter((value) => !Number.isNaN(parseTime(value, format))).length
  if (enough(readable('year-first'))) return { format: 'year-first' }
  const dayFirst = readable('day-first')
  const monthFirst = readable('month-first')
  if (enough(Math.max(dayFirst, monthFirst))) {
    if (dayFirst !== monthFirst) {
      return { format: dayFirst > monthFirst ? 'day-first' : 'month-first' }
    }
    // Dates with dots are written day first wherever they are used.
    const dotted = values.every((value) => YEAR_LAST.exec(value.trim())?.[2] === '.')
    return dotted ? { format: 'day-first' } : { ambiguous: true }
  }
  for (const [format, scale] of UNIX_SCALES) {
    const plausible = values.filter((value) => {
      const seconds = /^\d{9,17}(\.\d+)?$/.test(value.trim()) ? Number(value) / scale : Number.NaN
      return seconds >= PLAUSIBLE_SECONDS.low && seconds < PLAUSIBLE_SECONDS.high
    })
    if (enough(plausible.length)) return { format }
  }
  return null
}

/** Milliseconds since 1970 UTC, or NaN when the text is no such time. */
export function parseTime(text: string, format: TimeFormat): number {
  const trimmed = text.trim()
  switch (format) {
    case 'unix-seconds':
      return Math.round(plainNumber(trimmed) * 1000)
    case 'unix-milliseconds':
      return Math.round(plainNumber(trimmed))
    case 'unix-microseconds':
      return Math.round(plainNumber(trimmed) / 1000)
    case 'year-first':
      return parseYearFirst(trimmed)
    default:
      return parseYearLast(trimmed, format)
  }
}

function plainNumber(text: string): number {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
}

function parseYearFirst(text: string): number {
  const found = YEAR_FIRST.exec(text)
  if (found === null) return Number.NaN
  const [, year, separator, month, day, hour, minute, second, fraction, zone] = found
  // Eight bare digits are a date only with a clock or a believable year: ids look like that too.
  if (separator === '' && !/^(19|20)/.test(text)) return Number.NaN
  const time = utc(Number(year), Number(month), Number(day), hour, minute, second, fraction)
  return time - zoneOffset(zone)
}

function parseYearLast(text: string, format: 'day-first' | 'month-first'): number {
  const found = YEAR_LAST.exec(text)
  if (found === null) return Number.NaN
  const [, first, , second, year, hour, minute, seconds, fraction, half] = found
  const [day, month] = format === 'day-first' ? [first, second] : [second, first]
  const noon = hour === undefined ? undefined : hourOfDay(Number(hour), half)
  if (half !== undefined && noon === undefined) return Number.NaN
  return utc(fullYear(year ?? ''), Number(month), Number(day), noon, minute, seconds, fraction)
}

/** Two digits mean 1970 to 2069. */
function fullYear(digits: string): number {
  const year = Number(digits)
  if (digits.length === 4) return year
  return year < 70 ? 2000 + year : 1900 + year
}

function hourOfDay(hour: number, half: string | undefined): string | undefined {
  if (half === undefined) return String(hour)
  if (hour < 1 || hour > 12) return undefined
  return String((hour % 12) + (half.toLowerCase() === 'pm' ? 12 : 0))
}

function utc(
  year: number,
  month: number,
  day: number,
  hour = '0',
  minute = '0',
  second = '0',
  fraction = '0',
): number {
  const time = Date.UTC(year, month - 1, day, Number(hour), Number(minute), Number(second))
  const date = new Date(time)
  // Date.UTC carries a 31st of February over into March; such a date is none.
  const holds = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!holds || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return Number.NaN
  return time + Number(fraction.padEnd(3, '0').slice(0, 3))
}

function zoneOffset(zone: string | undefined): number {
  if (zone === undefined || /^[zu]/i.test(zone)) return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000
}
