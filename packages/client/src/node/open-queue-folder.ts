import { Worker } from 'node:worker_threads'
import { AdsumError } from '@adsum/protocol'
import type { PlacedEvent, QueueSize, QueueStore } from '../queue/queue-store.ts'
import type { Answer, Question, Request } from './messages.ts'

interface Reply {
  readonly events: readonly PlacedEvent[]
  readonly size: QueueSize
}

/**
 * Opens a queue that survives the process and, as far as the disk keeps its word, a power cut: every
 * event is synced before `track` resolves. The folder is made where there is none.
 *
 * @throws AdsumError `data_directory_locked` while another process has the folder;
 *   `data_directory_unreadable`
 */
export async function openQueueFolder(folder: string): Promise<QueueStore> {
  const thread = new QueueThread(folder)
  await thread.opened
  return {
    append: async (events, most) => (await thread.ask({ ask: 'append', events, most })).events,
    peek: async (most) => (await thread.ask({ ask: 'peek', most })).events,
    remove: async (places) => {
      await thread.ask({ ask: 'remove', places })
    },
    size: async () => (await thread.ask({ ask: 'size' })).size,
    // Whoever has the folder is alone with it.
    exclusively: (work) => work(),
    close: () => thread.close(),
  }
}

interface Waiting {
  readonly resolve: (reply: Reply) => void
  readonly reject: (error: AdsumError) => void
}

/** The app's end of the thread: questions out, answers back. */
class QueueThread {
  readonly opened: Promise<Reply>
  readonly #folder: string
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #next = 0
  #ended: AdsumError | null = null

  constructor(folder: string) {
    this.#folder = folder
    // Without the flags of the process, some of which a worker does not take (--input-type).
    this.#worker = new Worker(new URL('./queue-thread.ts', import.meta.url), {
      workerData: folder,
      execArgv: [],
    })
    this.#worker.on('message', (answer: Answer) => this.#take(answer))
    this.#worker.on('error', (error) => this.#end(this.#unreadable(error.message)))
    this.#worker.on('exit', () => this.#end(this.#unreadable('the queue is closed')))
    this.opened = this.#expect()
    // A folder that cannot be opened has no use for its thread.
    this.opened.catch(() => this.#worker.terminate())
  }

  async ask(question: Question): Promise<Reply> {
    if (this.#ended !== null) throw this.#ended
    // A process that waits for an answer stays alive; one that only holds the queue open may end.
    this.#worker.ref()
    const number = this.#next
    const reply = this.#expect()
    this.#worker.postMessage({ number, ...question } satisfies Request)
    return reply
  }

  async close(): Promise<void> {
    if (this.#ended !== null) return
    await this.ask({ ask: 'close' })
    await this.#worker.terminate()
  }

  #expect(): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>()
    this.#waiting.set(this.#next++, { resolve, reject })
    return promise
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.number)
    this.#waiting.delete(answer.number)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('events' in answer) waiting?.resolve(answer)
    else waiting?.reject(answer.busy ? this.#locked() : this.#unreadable(answer.problem))
  }

  #end(error: AdsumError): void {
    this.#ended ??= error
    for (const { reject } of this.#waiting.values()) reject(this.#ended)
    this.#waiting.clear()
  }

  #locked(): AdsumError {
    const holder = 'a client with the same queue'
    return new AdsumError('data_directory_locked', { path: this.#folder, holder })
  }

  #unreadable(problem: string): AdsumError {
    return new AdsumError('data_directory_unreadable', { path: this.#folder, problem })
  }
}
