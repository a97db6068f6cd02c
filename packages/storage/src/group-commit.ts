import type { KeyObject } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppData } from './app-data.ts'
import {
  isRead,
  isWrite,
  type ReadName,
  runRead,
  runWrite,
  type WriteName,
} from './app-operations.ts'
import type { DataLayout } from './data-layout.ts'
import { faultOf, isInputOutputError, StorageFault } from './fault.ts'
import type { Answer, OpenedApp, OperationName, Output, Request } from './messages.ts'
import type { RandomStream } from './random-stream.ts'

/** How long a write waits for others to share its commit. */
const GROUP_WAIT_MS = 2
/** Quiet time after which the write-ahead logs are emptied. */
const REST_AFTER_MS = 50
/** Arrivals that are moved to their places between two groups, about. */
const FOLDED_ARRIVALS = 256
/** How many times as many are moved as came in, while many wait: so that they become fewer. */
const FOLDED_FACTOR = 2
/** The most that are moved between two groups: those who wait for the next group wait for it too. */
const FOLDED_ARRIVALS_MAX = 2_048
/** Events and records that are committed without waiting further. */
const GROUP_SIZE_MAX = 500

/** What may share a transaction. */
type GroupRequest = Request<WriteName | ReadName>
type Result = { readonly output: Output<OperationName> } | { readonly error: unknown }

/**
 * Carries out the requests of all apps in the order of arrival, in groups: the writes of an app that
 * arrived within a few milliseconds share one transaction and one sync, and are answered after it. When
 * the commit fails, every write of the group fails and nothing of it was stored.
 *
 *   requests ─ queue ─┬─ app a: begin · write · read · write · commit · answer all
 *                     └─ app b: ...                                   (erase, open, close: alone)
 */
export class GroupCommit {
  readonly #layout: DataLayout
  readonly #root: KeyObject
  readonly #random: RandomStream
  readonly #answer: (answer: Answer) => void
  readonly #apps: Map<string, AppData> = new Map()
  /** Apps whose disk failed; they answer nothing until they are opened again. */
  readonly #failed: Map<string, StorageFault> = new Map()
  #queue: Request[] = []
  #queuedWrites = 0
  #timer: NodeJS.Timeout | null = null
  /** Apps written to since their last rest. */
  readonly #restless: Map<string, AppData> = new Map()
  #restTimer: NodeJS.Timeout | null = null
  #isDue = false

  constructor(
    layout: DataLayout,
    root: KeyObject,
    random: RandomStream,
    answer: (answer: Answer) => void,
  ) {
    this.#layout = layout
    this.#root = root
    this.#random = random
    this.#answer = answer
  }

  /** Queues a request. Reads alone are carried out at once; with a write everything waits a little. */
  take(request: Request): void {
    this.#queue.push(request)
    this.#queuedWrites += writesOf(request)
    const wait = isWrite(request) || this.#timer !== null
    if (wait && this.#queuedWrites < GROUP_SIZE_MAX) {
      this.#timer ??= setTimeout(() => this.#flush(), GROUP_WAIT_MS)
    } else if (!this.#isDue) {
      this.#isDue = true
      setImmediate(() => this.#flush())
    }
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#isDue = false
    this.#queuedWrites = 0
    const requests = Map.groupBy(this.#queue, (request) => request.app)
    this.#queue = []
    for (const [app, ofApp] of requests) {
      let group: GroupRequest[] = []
      for (const request of ofApp) {
        if (isRead(request) || isWrite(request)) {
          group.push(request)
          continue
        }
        this.#runGroup(app, group)
        group = []
        this.#reply(
          request,
          this.#attempt(app, () => this.#runAlone(request)),
        )
      }
      this.#runGroup(app, group)
    }
  }

  #runGroup(app: string, group: readonly GroupRequest[]): void {
    if (group.length === 0) return
    const data = this.#apps.get(app)
    const failed = this.#failed.get(app)
    if (data === undefined || failed !== undefined) {
      const error = failed ?? new StorageFault('app_unknown', { app, known: '' })
      for (const request of group) this.#reply(request, { error })
      return
    }
    const hasWrites = group.some(isWrite)
    const results = hasWrites
      ? this.#runTransaction(app, data, group)
      : this.#runReads(app, data, group)
    for (const [at, request] of group.entries()) this.#reply(request, results[at] as Result)
    if (!hasWrites) return
    const written = group.reduce((sum, request) => sum + writesOf(request), 0)
    if (data.isFoldDue()) {
      const many = Math.min(FOLDED_ARRIVALS_MAX, FOLDED_FACTOR * written)
      this.#fold(app, data, Math.max(FOLDED_ARRIVALS, many))
    }
    this.#restLater(app, data)
  }

  /** All of the group in one transaction; the results are those to answer with. */
  #runTransaction(app: string, data: AppData, group: readonly GroupRequest[]): Result[] {
    try {
      data.begin()
      const results = group.map((request) => runInTransaction(data, request))
      data.commit()
      return results
    } catch (error) {
      this.#noteFailure(app, error)
      this.#attempt(app, () => data.rollBack())
      return group.map((request) =>
        isRead(request) ? (this.#runReads(app, data, [request])[0] as Result) : { error },
      )
    }
  }

  #runReads(app: string, data: AppData, group: readonly GroupRequest[]): Result[] {
    return group.map((request) => this.#attempt(app, () => runOne(data, request)))
  }

  #runAlone(request: Request): Output<OperationName> {
    const { app, operation } = request
    if (operation === 'open') return this.#open(app)
    if (operation === 'close') return this.#close(app)
    if (operation === 'remove') {
      this.#close(app)
      this.#layout.removeApp(app)
      return null
    }
    const failed = this.#failed.get(app)
    if (failed !== undefined) throw failed
    const data = this.#apps.get(app)
    if (operation === 'endCopy') return this.#endCopy(app, data)
    if (data === undefined) throw new StorageFault('app_unknown', { app, known: '' })
    if (operation === 'erase') return data.erase(request.input)
    if (operation === 'beginCopy') return data.beginCopy()
    if (operation === 'removeKeyless') return data.removeKeyless()
    throw new Error(`nothing is done for "${operation}"`)
  }

  /** False when the files changed; an app that was closed meanwhile is not what the copy began with. */
  #endCopy(app: string, data: AppData | undefined): boolean {
    if (data === undefined) return false
    this.#restLater(app, data)
    return data.endCopy()
  }

  #open(app: string): OpenedApp {
    let data = this.#apps.get(app)
    if (data === undefined) {
      if (!existsSync(this.#layout.models(app))) this.#layout.makeApp(app)
      const folder = this.#layout.app(app)
      data = AppData.open(app, folder, this.#layout.keyFile(app), this.#root, this.#random)
      this.#apps.set(app, data)
      if (data.isCheckDue) this.#restLater(app, data)
    }
    const { keys, repairs } = data
    return {
      secret: keys.derived('secret'),
      pseudonym: keys.derived('pseudonym'),
      repaired: repairs,
    }
  }

  #close(app: string): null {
    const data = this.#apps.get(app)
    let isFolding = data !== undefined
    while (data !== undefined && isFolding) isFolding = this.#fold(app, data)
    this.#apps.delete(app)
    this.#failed.delete(app)
    this.#restless.delete(app)
    data?.close()
    return null
  }

  /** Housekeeping when the answers are out: at once when it is due, else when it is quiet. */
  #restLater(app: string, data: AppData): void {
    if (data.isRestDue()) this.#rest(app, data)
    this.#restless.set(app, data)
    if (this.#restTimer !== null) this.#restTimer.refresh()
    else this.#restTimer = setTimeout(() => this.#restAll(), REST_AFTER_MS)
  }

  #restAll(): void {
    this.#restTimer = null
    for (const [app, data] of this.#restless) {
      if (this.#fold(app, data)) continue
      this.#rest(app, data)
      this.#checkPages(app, data)
    }
    // What came in meanwhile has its turn first.
    if (this.#restless.size > 0) this.#restTimer = setTimeout(() => this.#restAll(), 0)
  }

  /** Moves some of the latest events to their places; true when there is more to do. */
  #fold(app: string, data: AppData, arrivalsMin = FOLDED_ARRIVALS): boolean {
    if (this.#failed.has(app)) return false
    try {
      return data.fold(arrivalsMin)
    } catch (error) {
      // What was not moved stays where it is and is as good there.
      this.#noteFailure(app, error)
      return false
    }
  }

  #rest(app: string, data: AppData): void {
    this.#restless.delete(app)
    try {
      data.rest()
    } catch (error) {
      this.#noteFailure(app, error)
    }
  }

  /** Compares some pages of large files that were opened before all were compared. */
  #checkPages(app: string, data: AppData): void {
    if (!data.isCheckDue || this.#failed.has(app)) return
    try {
      data.checkPages()
      this.#restless.set(app, data)
    } catch (error) {
      // Rows may be hidden from whoever asks: nothing is answered any more, until a backup is restored.
      this.#failed.set(app, this.#faultOf(app, error))
    }
  }

  #attempt(app: string, work: () => Output<OperationName>): Result {
    try {
      return { output: work() }
    } catch (error) {
      this.#noteFailure(app, error)
      return { error }
    }
  }

  /** After a failed read, write or sync the app stops: what the disk holds is not known any more. */
  #noteFailure(app: string, error: unknown): void {
    if (isInputOutputError(error)) this.#failed.set(app, this.#faultOf(app, error))
  }

  #faultOf(app: string, error: unknown): StorageFault {
    return faultOf(error, this.#layout.path, join(this.#layout.apps, app, 'log.db'))
  }

  #reply({ number, app }: Request, result: Result): void {
    if ('output' in result) {
      this.#answer({ number, output: result.output })
      return
    }
    const { code, details, cause, message } = this.#faultOf(app, result.error)
    const problem = cause instanceof Error ? cause.message : message
    this.#answer({ number, fault: { code, details, problem } })
  }
}

function runInTransaction(data: AppData, request: GroupRequest): Result {
  try {
    return { output: runOne(data, request) }
  } catch (error) {
    if (error instanceof StorageFault) return { error }
    throw error
  }
}

function runOne(data: AppData, request: GroupRequest): Output<OperationName> {
  return isWrite(request) ? runWrite(data, request) : runRead(data, request)
}

function writesOf(request: Request): number {
  if (request.operation === 'appendEvents') return request.input.count
  if (request.operation === 'appendRecords') return request.input.ids.length
  return isWrite(request) ? 1 : 0
}
