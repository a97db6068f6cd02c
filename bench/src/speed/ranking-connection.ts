import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const STATUS_AT = 9
const CHOSEN = '"rewardActionId":"'

/** One connection that is kept open, with one request under way at a time. */
export class RankingConnection {
  readonly #socket: Socket
  #received: Buffer = Buffer.alloc(0)
  #done: ((answer: { readonly status: number; readonly body: string }) => void) | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk) => this.#take(chunk))
  }

  static async open(port: number): Promise<RankingConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    await once(socket, 'connect')
    return new RankingConnection(socket)
  }

  /** @returns the chosen action. @throws Error for any answer but 201 */
  async rank(request: Buffer): Promise<string> {
    const { status, body } = await this.#send(request)
    if (status !== 201) throw new Error(`a rank was answered with ${status}: ${body}`)
    const from = body.lastIndexOf(CHOSEN) + CHOSEN.length
    return body.slice(from, body.indexOf('"', from))
  }

  /** @throws Error for any answer but 204 */
  async reward(request: Buffer): Promise<void> {
    const { status, body } = await this.#send(request)
    if (status !== 204) throw new Error(`a reward was answered with ${status}: ${body}`)
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(request: Buffer): Promise<{ readonly status: number; readonly body: string }> {
    return new Promise((resolve) => {
      this.#done = resolve
      this.#socket.write(request)
    })
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    const headEnd = this.#received.indexOf(HEAD_END)
    if (headEnd < 0) return
    const head = this.#received.toString('latin1', 0, headEnd)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    const from = headEnd + HEAD_END.length
    if (this.#received.length < from + length) return
    const body = this.#received.toString('latin1', from, from + length)
    this.#received = Buffer.alloc(0)
    this.#done?.({ status: Number(head.slice(STATUS_AT, STATUS_AT + 3)), body })
  }
}
