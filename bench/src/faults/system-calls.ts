/**
 * What a trace of `strace -f -y` says about syncing: for every answered request the write-ahead log of the
 * app must have been written after the request came, and synced after that, before the answer was written.
 */

/** What was seen in a trace. */
export interface Synced {
  requests: number
  answers: number
  /** Answers written before the log was written and synced. */
  unsynced: number
  /** Syncs in the thread that answers, before its last answer: while one lasts nothing is answered. */
  syncsOnLoop: number
}

/** How far a request has come. */
type Progress = 'arrived' | 'written' | 'syncing' | 'synced'

const LOG = '/log.db-wal>'
const LINE = /^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$/
const UNFINISHED = '<unfinished ...>'
const REQUEST = '"POST /v1/events '
const ANSWER = '"HTTP/1.1 200 '
/** The file or socket of a call's first argument, as `-y` shows it: `23<socket:[4711]>`. */
const FIRST_ARGUMENT = /^(\d+<[^>]*>)/

interface Call {
  readonly name: string
  /** The beginning of its arguments; what is read is known only at the end. */
  readonly words: string
  /** Requests that a sync covers: those whose bytes were written before it began. */
  readonly covered: readonly string[]
}

/** Reads a trace line by line. */
export class SyncWatch {
  readonly seen: Synced = { requests: 0, answers: 0, unsynced: 0, syncsOnLoop: 0 }
  /** Syncs by thread since the first answer; those after the last one are of its end. */
  readonly #syncs = new Map<string, number>()
  /** By socket: the request under way on it. */
  readonly #requests = new Map<string, Progress>()
  /** By thread: the call that has begun and not ended. */
  readonly #unfinished = new Map<string, Call>()

  take(line: string): void {
    const [, thread = '', resumed, called, rest = ''] = LINE.exec(line) ?? []
    if (resumed !== undefined) {
      const call = this.#unfinished.get(thread)
      this.#unfinished.delete(thread)
      if (call !== undefined) this.#ended({ ...call, words: call.words + rest })
    } else if (called !== undefined) {
      const call = this.#begun(called, rest, thread)
      if (rest.endsWith(UNFINISHED)) this.#unfinished.set(thread, call)
      else this.#ended(call)
    }
  }

  /** An answer counts from the moment it begins, a sync covers what was written before it began. */
  #begun(name: string, rest: string, thread: string): Call {
    const words = rest.replace(UNFINISHED, '')
    if (isWrite(name) && words.includes(ANSWER)) {
      this.#answered(socketOf(words))
      if (this.seen.answers > 1) this.seen.syncsOnLoop += this.#syncs.get(thread) ?? 0
      this.#syncs.set(thread, 0)
    }
    if (isSync(name)) this.#syncs.set(thread, 1 + (this.#syncs.get(thread) ?? 0))
    const covered: string[] = []
    if (isSync(name) && words.includes(LOG)) {
      for (const [socket, progress] of this.#requests) {
        if (progress !== 'written') continue
        covered.push(socket)
        this.#requests.set(socket, 'syncing')
      }
    }
    return { name, words, covered }
  }

  #ended({ name, words, covered }: Call): void {
    if (name === 'pwrite64' && words.includes(LOG)) {
      for (const [socket, progress] of this.#requests) {
        if (progress === 'arrived') this.#requests.set(socket, 'written')
      }
    } else if (isSync(name)) {
      const isDone = / = 0$/.test(words)
      for (const socket of covered) this.#requests.set(socket, isDone ? 'synced' : 'written')
    } else if (name === 'read' && words.includes(REQUEST)) {
      this.seen.requests++
      this.#requests.set(socketOf(words), 'arrived')
    }
  }

  #answered(socket: string): void {
    const progress = this.#requests.get(socket)
    if (progress === undefined) return
    this.#requests.delete(socket)
    this.seen.answers++
    if (progress !== 'synced') this.seen.unsynced++
  }
}

function isSync(name: string): boolean {
  return name === 'fsync' || name === 'fdatasync'
}

function isWrite(name: string): boolean {
  return name === 'write' || name === 'writev'
}

function socketOf(words: string): string {
  return FIRST_ARGUMENT.exec(words)?.[1] ?? ''
}
