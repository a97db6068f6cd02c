/** A whole number as people read it: `24,091`. */
export function count(value: number): string {
  return value.toLocaleString('en-US')
}

/** How many there are of a thing: `1 row`, `24,091 rows`. */
export function amount(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}
