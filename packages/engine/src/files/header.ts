import { roleOfName } from './column-names.ts'
import { COLUMNS_MAX } from './limits.ts'
import { isMissing, looksNumeric } from './numbers.ts'
import { looksLikeTime } from './times.ts'

/** Share of a column's values that must be of one kind for the first row to stand out. */
const KIND_SHARE_MIN = 0.9

/**
 * Whether the first row names the columns: one of its cells is a known name of a column; or a column
 * holds numbers or times from the second row on and something else in the first; or the first row has
 * no digit anywhere and a column has one in nearly every other row, as codes do.
 */
export function hasHeader(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows
  if (first === undefined) return false
  if (first.some((cell) => looksNumeric(cell) || looksLikeTime(cell))) return false
  if (first.some((cell) => roleOfName(cell) !== null)) return true
  const wordsOnly = first.every((cell) => !/\d/.test(cell))
  return first.some((_, index) => {
    const values = rest.map((row) => row[index] ?? '').filter((value) => !isMissing(value))
    const special = values.filter((value) =>
      wordsOnly ? /\d/.test(value) : looksNumeric(value) || looksLikeTime(value),
    )
    return values.length > 0 && special.length >= KIND_SHARE_MIN * values.length
  })
}

/** Names of columns: those of the header made distinct, or `column 1`, `column 2` and so on. */
export function columnNames(header: readonly string[] | null, count: number): string[] {
  const used = new Set<string>()
  return Array.from({ length: Math.min(count, COLUMNS_MAX) }, (_, index) => {
    const own = header?.[index]?.trim() ?? ''
    const base = own === '' ? `column ${index + 1}` : own
    let name = base
    for (let copy = 2; used.has(name); copy++) name = `${base} (${copy})`
    used.add(name)
    return name
  })
}
