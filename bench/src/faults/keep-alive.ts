import { connect, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'
/**
 * Milliseconds after which a connection without an answer counts as stuck: a check of everything at rest,
 * which stands back for all other work, takes more than a minute beside a flood of it.
 */
const ANSWER_MS_MAX = 300_000

/** An answer as it came; a connection that was closed without one has status 0. */
export interface RawAnswer {
  readonly status: number
  /** Whether the server closes the connection behind it. */
  readonly isLast: boolean
  readonly body: string
}

const NO_ANSWER: RawAnswer = { status: 0, isLast: true, body: '' }

/** A connection that is kept open while it can be, one request after the other. */
export class KeepAlive {
  readonly #port: number
  #socket: Socket | null = null

  constructor(port: number) {
    this.#port = port
  }

  async send(bytes: Buffer): Promise<RawAnswer> {
    const socket = await this.#open()
    return new Promise((resolve, reject) => {
      let received: Buffer = Buffer.alloc(0)
      const settle = (answer: RawAnswer): void => {
        socket.removeAllListeners()
        socket.setTimeout(0)
        socket.on('error', () => socket.destroy())
        if (answer.isLast) socket.destroy()
        resolve(answer)
      }
      socket.setTimeout(ANSWER_MS_MAX, () => reject(new Error(`no answer to ${bytes.toString()}`)))
      socket.on('error', () => undefined)
      socket.on('close', () => settle(firstAnswer(received) ?? NO_ANSWER))
      socket.on('data', (chunk: Buffer) => {
        received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
        const answer = firstAnswer(received)
        if (answer !== null) settle(answer)
      })
      socket.write(bytes)
    })
  }

  close(): void {
    this.#socket?.destroy()
  }

  async #open(): Promise<Socket> {
    const known = this.#socket
    if (known !== null && !known.destroyed && known.readable && known.writable) return known
    const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    await connected(socket)
    return socket
  }
}

/** Sends bytes on a connection of their own, ends it, and takes whatever comes back until it is closed. */
export async function sendAlone(port: number, bytes: Buffer): Promise<RawAnswer[]> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await connected(socket)
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    socket.setTimeout(ANSWER_MS_MAX, () => reject(new Error(`never closed: ${bytes.toString()}`)))
    // A server may cut off what it refuses.
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString()
      const parts = text.split(/^(?=HTTP\/1\.1 \d{3})/m).filter((part) => part !== '')
      resolve(
        parts.map((part) => ({
          status: statusOf(part),
          isLast: true,
          body: part.split(HEAD_END, 2)[1] ?? '',
        })),
      )
    })
    socket.end(bytes)
  })
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve()
    })
  })
}

/** The answer at the start of what was received, when all of it is there. */
function firstAnswer(received: Buffer): RawAnswer | null {
  const headEnd = received.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = received.toString('latin1', 0, headEnd)
  const start = headEnd + HEAD_END.length
  const status = statusOf(head)
  if (status === 100) return firstAnswer(received.subarray(start))
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  if (received.length < start + length) return null
  const isLast = /^connection: *close/im.test(head)
  return { status, isLast, body: received.toString('utf8', start, start + length) }
}

function statusOf(head: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
}
