import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** Milliseconds between two looks at whether anything happens. */
const LOOK_MS = 5_000

/**
 * Gives the memory of a thread back when it has come to rest. V8 keeps what a busy time needed: after a
 * million events the heap of a server is four times what it holds. Collecting it in full stops the thread
 * for about a tenth of a second, so this happens once, when nothing was done for 5 to 10 seconds.
 */
export class AtRest {
  readonly #timer: NodeJS.Timeout
  #stirred = true
  #isCollected = false

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_MS)
    this.#timer.unref()
  }

  /** Says that something is being done. */
  stir(): void {
    this.#stirred = true
  }

  end(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    if (!this.#stirred && !this.#isCollected) {
      collectGarbage('last-resort')
      this.#isCollected = true
    }
    if (this.#stirred) this.#isCollected = false
    this.#stirred = false
  }
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
 * besides. Fixed at twice the initial threshold, and with two areas, a server at rest holds a fifth less
 * (`npm run -s bench -- memory`). Other allocators ignore them.
 */
export const allocatorSettings: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '262144',
  MALLOC_TRIM_THRESHOLD_: '262144',
}
