import { AdsumError, type ItemInput, type ItemsView } from '@adsum/protocol'
import type { StoredItem } from '../ports.ts'
import type { AppDeclaration, Attribute } from './declaration.ts'

/** Items of one app. Kept in memory: an item takes about a kilobyte. */
export const CATALOGUE_ITEMS_MAX = 200_000

/** The items of one app by id and by number; titles for people. */
export class Catalogue {
  readonly #app: AppDeclaration
  readonly #byNumber: StoredItem[] = []
  readonly #byKey = new Map<string, StoredItem>()

  constructor(app: AppDeclaration) {
    this.#app = app
  }

  get size(): number {
    return this.#byNumber.length
  }

  /** Takes stored items in; a later one with the same number replaces the earlier. */
  take(items: readonly StoredItem[]): void {
    for (const item of items) {
      this.#byNumber[item.number] = item
      this.#byKey.set(key(item.type, item.id), item)
    }
  }

  has(type: string, id: string): boolean {
    return this.#byKey.has(key(type, id))
  }

  find(type: string, id: string): StoredItem | undefined {
    return this.#byKey.get(key(type, id))
  }

  /** Number of an item, or -1. */
  numberOf(type: string, id: string | null): number {
    return id === null ? -1 : (this.#byKey.get(key(type, id))?.number ?? -1)
  }

  at(number: number): StoredItem {
    const item = this.#byNumber[number]
    if (item === undefined) throw new RangeError(`no item has the number ${number}`)
    return item
  }

  all(): readonly StoredItem[] {
    return this.#byNumber
  }

  /** What people call an item: the declared title attribute, or its id. */
  title(item: StoredItem): string {
    const attribute = this.#app.items[item.type]?.title
    const title = attribute === null || attribute === undefined ? null : item.attributes[attribute]
    return typeof title === 'string' && title !== '' ? title : item.id
  }

  /** Items by id, or whose title contains the words of a search, in the order of their ids. */
  lookUp(query: {
    readonly ids?: readonly string[]
    readonly search?: string
    readonly limit: number
  }): ItemsView['items'] {
    const found: StoredItem[] = []
    if (query.ids !== undefined) {
      for (const id of query.ids) {
        for (const type of Object.keys(this.#app.items)) {
          const item = this.find(type, id)
          if (item !== undefined && found.length < query.limit) found.push(item)
        }
      }
    } else {
      const words = (query.search ?? '').toLowerCase()
      for (const item of this.#byNumber) {
        if (found.length >= query.limit) break
        if (this.title(item).toLowerCase().includes(words)) found.push(item)
      }
    }
    return found.map((item) => ({
      type: item.type,
      id: item.id,
      title: this.title(item),
      attributes: Object.fromEntries(
        Object.entries(item.attributes).map(([name, value]) => [
          name,
          Array.isArray(value) ? [...value] : (value as string | number | boolean | null),
        ]),
      ),
    }))
  }

  /**
   * Judges items as a client sent them.
   * @throws AdsumError `item_type_unknown`, `item_attribute_invalid`, `catalogue_full`
   */
  check(items: readonly ItemInput[]): void {
    const fresh = new Set<string>()
    for (const [index, item] of items.entries()) {
      const type = Object.hasOwn(this.#app.items, item.type)
        ? this.#app.items[item.type]
        : undefined
      if (type === undefined) {
        const known = Object.keys(this.#app.items).join(', ')
        throw new AdsumError(
          'item_type_unknown',
          { type: item.type, known },
          { path: `items[${index}].type` },
        )
      }
      for (const [name, value] of Object.entries(item.attributes)) {
        const problem = attributeProblem(type.attributes[name], value)
        if (problem !== null) {
          const path = `items[${index}].attributes.${name}`
          throw new AdsumError('item_attribute_invalid', { attribute: name, problem }, { path })
        }
      }
      if (!this.has(item.type, item.id)) fresh.add(key(item.type, item.id))
    }
    if (this.size + fresh.size > CATALOGUE_ITEMS_MAX) {
      throw new AdsumError('catalogue_full', { limit: CATALOGUE_ITEMS_MAX })
    }
  }
}

function key(type: string, id: string): string {
  return `${type}\u0000${id}`
}

function attributeProblem(attribute: Attribute | undefined, value: unknown): string | null {
  if (attribute === undefined) return 'it is not declared'
  if (value === null) return null
  switch (attribute.kind) {
    case 'text':
      return typeof value === 'string' ? null : 'expected text'
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? null : 'expected a number'
    case 'tags':
      return Array.isArray(value) ? null : 'expected a list of short texts'
  }
}
