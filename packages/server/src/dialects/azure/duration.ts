const DURATION =
  /^P(?:(\d{1,5})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/
const WEEK_SECONDS = 604_800
const DAY_SECONDS = 86_400
const HOUR_SECONDS = 3_600
const MINUTE_SECONDS = 60

/** Seconds of an ISO 8601 duration of weeks, days, hours, minutes and seconds; null where it is none. */
export function readDuration(text: string): number | null {
  const found = DURATION.exec(text)
  if (found === null || text.endsWith('P') || text.endsWith('T')) return null
  const [weeks, days, hours, minutes, seconds] = found.slice(1).map((part) => Number(part ?? 0))
  return (
    (weeks ?? 0) * WEEK_SECONDS +
    (days ?? 0) * DAY_SECONDS +
    (hours ?? 0) * HOUR_SECONDS +
    (minutes ?? 0) * MINUTE_SECONDS +
    (seconds ?? 0)
  )
}

/** `P1DT2H` and the like. */
export function writeDuration(seconds: number): string {
  const days = Math.floor(seconds / DAY_SECONDS)
  const hours = Math.floor((seconds % DAY_SECONDS) / HOUR_SECONDS)
  const minutes = Math.floor((seconds % HOUR_SECONDS) / MINUTE_SECONDS)
  const rest = Number((seconds % MINUTE_SECONDS).toFixed(3))
  const date = days > 0 ? `${days}D` : ''
  const time = [
    hours > 0 ? `${hours}H` : '',
    minutes > 0 ? `${minutes}M` : '',
    rest > 0 ? `${rest}S` : '',
  ].join('')
  if (date === '' && time === '') return 'PT0S'
  return `P${date}${time === '' ? '' : `T${time}`}`
}
