/** Milliseconds of a day. */
const DAY_MS = 24 * 60 * 60 * 1000

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** When something happened, as a person would say it; days are calendar days, UTC. */
export function whenInWords(time: number, now: number): string {
  const days = Math.floor(now / DAY_MS) - Math.floor(time / DAY_MS)
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  const date = new Date(time)
  if (days < 7) return `on ${WEEKDAYS[date.getUTCDay()]}`
  if (days < 14) return 'a week ago'
  if (days < 60) return `${Math.floor(days / 7)} weeks ago`
  if (days < 365) return `in ${MONTHS[date.getUTCMonth()]}`
  return `in ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}
