import type { SparseRow } from './features.ts'

/** Adds up values that may meet at one place, and gives them back in ascending order. */
export class SparseAccumulator {
  readonly #values: Float64Array
  readonly #touched: Int32Array
  readonly #seen: Uint8Array
  #count = 0

  constructor(places: number) {
    this.#values = new Float64Array(places)
    this.#touched = new Int32Array(places)
    this.#seen = new Uint8Array(places)
  }

  add(place: number, value: number): void {
    if (this.#seen[place] === 0) {
      this.#seen[place] = 1
      this.#touched[this.#count++] = place
    }
    this.#values[place] = (this.#values[place] as number) + value
  }

  /**
   * What was added, zeros left out, each held within `max`; empties the accumulator.
   * @param before goes before it; its places are lower
   */
  take(max: number, before: SparseRow = EMPTY): SparseRow {
    const touched = this.#touched.subarray(0, this.#count)
    sortAscending(touched)
    let length = before.places.length
    const places = new Int32Array(length + touched.length)
    const values = new Int32Array(length + touched.length)
    places.set(before.places)
    values.set(before.values)
    for (let at = 0; at < touched.length; at++) {
      const place = touched[at] as number
      const value = Math.max(-max, Math.min(max, this.#values[place] as number))
      if (value !== 0) {
        places[length] = place
        values[length++] = value
      }
      this.#values[place] = 0
      this.#seen[place] = 0
    }
    this.#count = 0
    if (length === places.length) return { places, values }
    return { places: places.subarray(0, length), values: values.subarray(0, length) }
  }
}

const EMPTY: SparseRow = { places: new Int32Array(0), values: new Int32Array(0) }

/** Above this many, sorting by insertion is no longer the fastest. */
const INSERTION_MAX = 48

function sortAscending(values: Int32Array): void {
  if (values.length > INSERTION_MAX) {
    values.sort()
    return
  }
  for (let at = 1; at < values.length; at++) {
    const value = values[at] as number
    let to = at
    while (to > 0 && (values[to - 1] as number) > value) {
      values[to] = values[to - 1] as number
      to--
    }
    values[to] = value
  }
}
