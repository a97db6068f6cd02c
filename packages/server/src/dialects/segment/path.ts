/** Reading values out of a message by a path such as `properties.products[].product_id`. */

/** The mark of a name whose value is a list. */
const LIST = '[]'

/** What is at the path; `undefined` where there is nothing. Only a message's own keys are looked at. */
export function readPath(value: unknown, path: string): unknown {
  let at = value
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return at
}

/** The list that a path goes through, as a path; `null` where it goes through none. */
export function listOf(path: string | null): string | null {
  const end = path?.indexOf(LIST) ?? -1
  return path === null || end < 0 ? null : path.slice(0, end)
}

/** What is at the path where it goes through a list whose entry is `entry`. */
export function readEntry(message: unknown, path: string, entry: unknown): unknown {
  const list = listOf(path)
  if (list === null) return readPath(message, path)
  const inside = path.slice(list.length + LIST.length + 1)
  return inside === '' ? entry : readPath(entry, inside)
}

/** The message with another value at the path, whose objects are copied; all else is shared. */
export function withPath(message: object, path: string, value: unknown): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.')
  const inner = (message as Record<string, unknown>)[name]
  const below = rest.length === 0 ? value : withPath((inner ?? {}) as object, rest.join('.'), value)
  return { ...message, [name]: below }
}
