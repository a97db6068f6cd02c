/** Which character separates whole from fraction. */
export type DecimalMark = 'point' | 'comma'

const MISSING = new Set(['', 'null', 'na', 'n/a', 'nan', 'none', '\\n', '#n/a', 'undefined'])
const POINT = /^[+-]?(\d+|\d{1,3}(,\d{3})+)?(\.\d+)?([eE][+-]?\d+)?$/
const COMMA = /^[+-]?(\d+|\d{1,3}(\.\d{3})+)?(,\d+)?$/

/** Whether a cell says that there is nothing, as databases and spreadsheets write it. */
export function isMissing(text: string): boolean {
  return text.length <= 9 && MISSING.has(text.trim().toLowerCase())
}

/** Whether a cell is a number in one of the two ways of writing. */
export function looksNumeric(text: string): boolean {
  return !Number.isNaN(parseNumber(text, 'point')) || !Number.isNaN(parseNumber(text, 'comma'))
}

/**
 * Which mark the values of a column use, or null when neither reads at least the given share.
 * A column such as `1,234` alone could be either; the point wins then, as thousands.
 */
export function detectDecimalMark(values: readonly string[], shareMin: number): DecimalMark | null {
  const readable = (mark: DecimalMark): number =>
    values.filter((value) => !Number.isNaN(parseNumber(value, mark))).length
  const [point, comma] = [readable('point'), readable('comma')]
  if (Math.max(point, comma) < shareMin * values.length || values.length === 0) return null
  return comma > point ? 'comma' : 'point'
}

/** The number, or NaN when the text is none. Marks of thousands are allowed where they fit. */
export function parseNumber(text: string, mark: DecimalMark): number {
  const trimmed = text.trim()
  if (!/\d/.test(trimmed) || trimmed.length > 40) return Number.NaN
  if (mark === 'point') {
    return POINT.test(trimmed) ? Number(trimmed.replaceAll(',', '')) : Number.NaN
  }
  if (!COMMA.test(trimmed)) return Number.NaN
  return Number(trimmed.replaceAll('.', '').replace(',', '.'))
}
