import { requireArgument } from '../errors.ts'

/** Raw item ids and their names: append-only, so that a total never has to be renumbered. */
export class ItemNames {
  readonly #names: string[] = []
  readonly #ids = new Map<string, number>()

  get count(): number {
    return this.#names.length
  }

  /** Names by raw id. */
  get all(): readonly string[] {
    return this.#names
  }

  name(rawId: number): string {
    const name = this.#names[rawId]
    requireArgument(name !== undefined, `there is no item with the raw id ${rawId}`)
    return name
  }

  /** The raw id of a name, or -1. */
  id(name: string): number {
    return this.#ids.get(name) ?? -1
  }

  /** Setting the same name again is no change. */
  set(rawId: number, name: string): void {
    if (this.#names[rawId] === name) return
    requireArgument(rawId === this.#names.length, `the next raw id is ${this.#names.length}`)
    requireArgument(!this.#ids.has(name), `the item "${name}" has a raw id already`)
    // Lone surrogates would all be written as U+FFFD, and two names could become one.
    requireArgument(name.isWellFormed(), 'a name is well-formed Unicode')
    this.#names.push(name)
    this.#ids.set(name, rawId)
  }

  /** The raw id of a name, which gets the next one if it has none yet. */
  ensure(name: string): number {
    const known = this.id(name)
    if (known >= 0) return known
    this.set(this.count, name)
    return this.count - 1
  }
}
