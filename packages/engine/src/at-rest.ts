import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Milliseconds between two looks at whether anything happens. */
const LOOK_MS = 5_000
/** How many times what was left by the last collection a heap must be for the next. */
const GROWTH_MIN = 1.25

/**
 * Gives the memory of a thread back when it has come to rest. V8 keeps what a busy time needed, several times
 * what is still used. Collecting it in full stops the thread for about a tenth of a second, so this happens
 * when nothing was done for 5 to 10 seconds, and not again for the little that a health check leaves.
 */
export class AtRest {
  #stirred = true
  /** Bytes of the heap after the last collection. */
  #kept = 0

  constructor(lookMs: number = LOOK_MS) {
    setInterval(() => this.#look(), lookMs).unref()
  }

  /** Says that something is being done. */
  stir(): void {
    this.#stirred = true
  }

  #look(): void {
    const isAtRest = !this.#stirred
    this.#stirred = false
    if (!isAtRest || heapBytes() < this.#kept * GROWTH_MIN) return
    collectGarbage('last-resort')
    this.#kept = heapBytes()
  }
}

/** Of this thread, with what lies outside the heap and goes with its objects. */
function heapBytes(): number {
  const { total_heap_size, external_memory } = getHeapStatistics()
  return total_heap_size + external_memory
}

type Collect = (options: { type: 'major'; flavor: 'regular' | 'last-resort' }) => void
let collect: Collect | null = null

/** Collects the garbage of this thread; as a `last-resort` all of it, and shrinks the heap. */
export function collectGarbage(flavor: 'regular' | 'last-resort'): void {
  // Node passes V8's function on under a flag alone, and only to contexts made after it was set.
  if (collect === null) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as Collect
    setFlagsFromString('--no-expose-gc')
  }
  collect({ type: 'major', flavor })
}

/**
 * Settings of the allocator of glibc, read when a process starts. By default it raises its thresholds with
 * the largest block ever freed and then gives next to nothing back; every thread has an area of its own
 * besides. With fixed thresholds and two areas a server at rest holds less; `npm run -s bench -- memory` runs
 * with them. Other allocators ignore them.
 */
export const allocatorSettings: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '262144',
}
