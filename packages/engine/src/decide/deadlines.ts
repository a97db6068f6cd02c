/** Something that is due at a moment, which stays the same while it is in here. */
interface Due {
  readonly wakes: number
}

/** What is due earliest comes out first: a binary heap (Williams 1964). */
export class Deadlines<Entry extends Due> {
  readonly #heap: Entry[] = []

  /** When the next is due; null when there is none. */
  get next(): number | null {
    return this.#heap[0]?.wakes ?? null
  }

  add(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parent = (at - 1) >> 1
      const above = heap[parent] as Entry
      if (above.wakes <= entry.wakes) break
      heap[at] = above
      at = parent
    }
    heap[at] = entry
  }

  /** Takes out what is due at `now`, earliest first; null when nothing is. */
  take(now: number): Entry | null {
    const heap = this.#heap
    const first = heap[0]
    if (first === undefined || first.wakes > now) return null
    const last = heap.pop() as Entry
    if (heap.length > 0) this.#sink(last)
    return first
  }

  #sink(entry: Entry): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      const right = heap[child + 1]
      if (right !== undefined && right.wakes < (heap[child] as Entry).wakes) child++
      const below = heap[child] as Entry
      if (below.wakes >= entry.wakes) break
      heap[at] = below
      at = child
    }
    heap[at] = entry
  }
}
