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

  /** What was added, zeros left out, each held within `max`; empties the accumulator. */
  take(max: number): SparseRow {
    const touched = this.#touched.subarray(0, this.#count)
    sortAscending(touched)
    const places = new Int32Array(touched.length)
    const values = new Int32Array(touched.length)
    let length = 0
    for (const place of touched) {
      const value = Math.max(-max, Math.min(max, this.#values[place] as number))
      if (value !== 0) {
        places[length] = place
        values[length++] = value
      }
      this.#values[place] = 0
      this.#seen[place] = 0
    }
    this.#count = 0
    return { places: places.subarray(0, length), values: values.subarray(0, length) }
  }
}

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
