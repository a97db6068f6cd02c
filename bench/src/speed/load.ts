/** A load generator of raw sockets: what it costs is taken from the server that shares its machine. */
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { quantile } from './quantile.ts'

const HEAD_END = Buffer.from('\r\n\r\n')
/** Where a status stands in `HTTP/1.1 200 OK`. */
const STATUS_AT = 9
const OK = 200
/** Milliseconds between two looks at the timetable of an open loop. */
const TICK_MS = 1
/** Milliseconds that a closed loop waits after a refusal. */
const BACK_OFF_MS = 20
/** Milliseconds that answers are waited for when the time is up. */
const PATIENCE_MS = 10_000

/** What a load is made of. */
export interface Load {
  readonly port: number
  readonly connections: number
  readonly seconds: number
  /** The next request, whole. */
  readonly take: () => Buffer
  /** Requests per second of an open loop; without it every connection sends as fast as it is answered. */
  readonly perSecond?: number
}

/** What came of a load. Times are milliseconds from the intended sending to the whole answer. */
export interface LoadResult {
  readonly seconds: number
  readonly sent: number
  readonly accepted: number
  /** Refusals (429, 503) by status, and how many of them had no `Retry-After`. */
  readonly refused: Readonly<Record<string, number>>
  readonly withoutRetryAfter: number
  /** Answers that are neither: each is a fault of the run. */
  readonly failed: Readonly<Record<string, number>>
  readonly ackP50Ms: number
  readonly ackP99Ms: number
  readonly refusalP99Ms: number
  /** Sendings that the generator itself began more than 20 ms late. */
  readonly late: number
}

/** Sends for a while and waits for the answers. */
export async function load(options: Load): Promise<LoadResult> {
  const run = new LoadRun(options)
  return run.result()
}

class LoadRun {
  readonly #options: Load
  readonly #idle: Connection[] = []
  readonly #waiting: number[] = []
  readonly #ack: number[] = []
  readonly #refusal: number[] = []
  readonly #refused: Record<string, number> = {}
  readonly #failed: Record<string, number> = {}
  #withoutRetryAfter = 0
  #sent = 0
  #late = 0
  #open = true
  #busy = 0

  constructor(options: Load) {
    this.#options = options
  }

  async result(): Promise<LoadResult> {
    const { port, connections, seconds, perSecond } = this.#options
    const all = await Promise.all(
      Array.from({ length: connections }, () =>
        Connection.open(port, (connection, status, retry) =>
          this.#answered(connection, status, retry),
        ),
      ),
    )
    this.#idle.push(...all)
    const began = performance.now()
    if (perSecond === undefined) {
      while (this.#idle.length > 0) this.#send(performance.now())
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    } else await this.#followTimetable(began, perSecond)
    this.#open = false
    const ended = performance.now()
    while (this.#busy > 0 && performance.now() < ended + PATIENCE_MS) {
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
    for (const connection of all) connection.close()
    this.#ack.sort((a, b) => a - b)
    this.#refusal.sort((a, b) => a - b)
    if (this.#busy > 0) this.#failed.unanswered = this.#busy
    return {
      seconds: (ended - began) / 1000,
      sent: this.#sent,
      accepted: this.#ack.length,
      refused: this.#refused,
      withoutRetryAfter: this.#withoutRetryAfter,
      failed: this.#failed,
      ackP50Ms: round(quantile(this.#ack, 0.5)),
      ackP99Ms: round(quantile(this.#ack, 0.99)),
      refusalP99Ms: round(quantile(this.#refusal, 0.99)),
      late: this.#late,
    }
  }

  async #followTimetable(began: number, perSecond: number): Promise<void> {
    const total = Math.round(this.#options.seconds * perSecond)
    for (let planned = 0; planned < total; ) {
      const now = performance.now()
      const due = Math.min(total, Math.floor(((now - began) * perSecond) / 1000))
      for (; planned < due; planned++) {
        const intended = began + (planned * 1000) / perSecond
        if (this.#idle.length === 0) this.#waiting.push(intended)
        else this.#send(intended)
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
  }

  #send(intended: number): void {
    const connection = this.#idle.pop() as Connection
    if (performance.now() > intended + 20) this.#late++
    this.#sent++
    this.#busy++
    connection.send(this.#options.take(), intended)
  }

  #answered(connection: Connection, status: number, hasRetryAfter: boolean): void {
    const took = performance.now() - connection.intended
    this.#busy--
    if (status === OK) this.#ack.push(took)
    else if (status === 429 || status === 503) {
      this.#refusal.push(took)
      this.#refused[status] = (this.#refused[status] ?? 0) + 1
      if (!hasRetryAfter) this.#withoutRetryAfter++
    } else this.#failed[status] = (this.#failed[status] ?? 0) + 1
    this.#idle.push(connection)
    if (!this.#open) return
    if (this.#options.perSecond === undefined) {
      if (status === OK) this.#send(performance.now())
      else setTimeout(() => this.#open && this.#send(performance.now()), BACK_OFF_MS)
    } else if (this.#waiting.length > 0) this.#send(this.#waiting.shift() as number)
  }
}

type Answered = (connection: Connection, status: number, hasRetryAfter: boolean) => void

/** One connection that is kept open, with one request under way at a time. */
class Connection {
  readonly #socket: Socket
  readonly #answered: Answered
  #received: Buffer = Buffer.alloc(0)
  intended = 0

  private constructor(socket: Socket, answered: Answered) {
    this.#socket = socket
    this.#answered = answered
    socket.on('data', (chunk) => this.#take(chunk))
  }

  static open(port: number, answered: Answered): Promise<Connection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    return new Promise((resolve, reject) => {
      socket.once('error', reject)
      socket.once('connect', () => resolve(new Connection(socket, answered)))
    })
  }

  send(request: Buffer, intended: number): void {
    this.intended = intended
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = this.#received.toString('latin1', 0, headEnd).toLowerCase()
    const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
    if (this.#received.length < headEnd + HEAD_END.length + length) return
    this.#received = Buffer.alloc(0)
    this.#answered(
      this,
      Number(head.slice(STATUS_AT, STATUS_AT + 3)),
      head.includes('retry-after:'),
    )
  }
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10
}
