import {
  AdsumError,
  type AppView,
  type Decision,
  type EventResult,
  FILE_BYTES_MAX,
  type FileAppRequest,
  type FileView,
  type FileWorkRequest,
  type Health,
  type ItemsView,
  type Job,
  type Receipt,
  type RewardRequest,
  type RewardResponse,
  type StoredDecision,
  type UserView,
} from '@adsum/protocol'
import type { AppEvent, AppItem, AppQuestion, AppShape } from './app-shape.ts'
import { randomId } from './random-id.ts'
import { type CallOptions, createTransport, type TransportOptions } from './transport.ts'

/** Milliseconds that sending a file may take unless the caller says otherwise. */
const UPLOAD_TIMEOUT_MS = 10 * 60_000

export interface ClientOptions extends TransportOptions {
  /** Makes identifiers for events that come without one; a random UUID unless given. */
  readonly randomId?: () => string
}

/** Which items to look up: those named, or those whose title fits, or simply the first. */
export interface ItemsQuestion {
  readonly ids?: readonly string[]
  readonly search?: string
  readonly limit?: number
}

/**
 * Every route of a server, for one app. Whatever goes wrong is an `AdsumError` with a code; calls that
 * may be repeated without harm are tried again when the server is busy or the line fails.
 */
export interface Client<App extends AppShape = AppShape> {
  /** Records events; the results are in their order. Never recorded twice, however often it is tried. */
  sendEvents(events: readonly AppEvent<App>[], options?: CallOptions): Promise<EventResult[]>
  /** Adds or replaces items, all or none; how many were stored. */
  putItems(items: readonly AppItem<App>[], options?: CallOptions): Promise<number>
  listItems(question: ItemsQuestion, options?: CallOptions): Promise<ItemsView['items']>
  /** Asks a surface. Not tried again: an answer that comes late is of no use. */
  decide(question: AppQuestion<App>, options?: CallOptions): Promise<Decision>
  readDecision(decision: string, options?: CallOptions): Promise<StoredDecision>
  /** Tells what a decision was worth. Tried again only where the time is given: then it counts once. */
  reward(decision: string, reward: RewardRequest, options?: CallOptions): Promise<RewardResponse>
  readUser(user: string, options?: CallOptions): Promise<UserView>
  /**
   * Forgets a person. Tried again only where nothing was done yet; after a broken line the person may
   * be forgotten already and the receipt be lost.
   */
  eraseUser(user: string, options?: CallOptions): Promise<Receipt>
  readReceipt(receipt: string, options?: CallOptions): Promise<Receipt>
  listApps(options?: CallOptions): Promise<AppView[]>
  /** Sends a CSV or JSON Lines file. */
  uploadFile(
    name: string,
    content: Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | string,
    options?: CallOptions,
  ): Promise<FileView>
  judgeFile(file: string, work: FileWorkRequest, options?: CallOptions): Promise<Job>
  makeApp(file: string, work: FileAppRequest, options?: CallOptions): Promise<Job>
  readJob(job: string, options?: CallOptions): Promise<Job>
  health(options?: CallOptions): Promise<Health>
}

/**
 * A client of one app on a server. With the type of the app's declaration the compiler knows its names:
 *
 * ```ts
 * const client = createClient<typeof cinema>({ url: 'http://127.0.0.1:3000', app: 'cinema' })
 * const { choices } = await client.decide({ surface: 'home', user: 'u-17' })
 * ```
 */
export function createClient<App extends AppShape = AppShape>(options: ClientOptions): Client<App> {
  const call = createTransport(options)
  const newId = options.randomId ?? randomId
  const again = 'safe'
  return {
    sendEvents: async (events, more) => {
      const body = toJson({
        events: events.map((event) => ({ ...event, id: event.id ?? newId() })),
      })
      return (await call('sendEvents', { body, again, ...more })).results
    },
    putItems: async (items, more) =>
      (await call('putItems', { body: toJson({ items }), again, ...more })).stored,
    listItems: async ({ ids, search, limit }, more) => {
      if (ids?.length === 0) return []
      return (await call('listItems', { query: { id: ids, search, limit }, again, ...more })).items
    },
    decide: (question, more) => call('decide', { body: toJson(question), ...more }),
    readDecision: (id, more) => call('readDecision', { id, again, ...more }),
    reward: (id, reward, more) =>
      call('reward', { id, body: toJson(reward), ...(reward.time && { again }), ...more }),
    readUser: (id, more) => call('readUser', { id, again, ...more }),
    eraseUser: (id, more) => call('eraseUser', { id, again: 'refused', ...more }),
    readReceipt: (id, more) => call('readReceipt', { id, again, ...more }),
    listApps: async (more) => (await call('listApps', { again, ...more })).apps,
    uploadFile: async (name, body, more) => {
      refuseLargeFile(body)
      const contentType = 'application/octet-stream'
      const timeoutMs = UPLOAD_TIMEOUT_MS
      return call('uploadFile', { query: { name }, body, contentType, timeoutMs, ...more })
    },
    judgeFile: (id, work, more) => call('judgeFile', { id, body: toJson(work), ...more }),
    makeApp: (id, work, more) => call('makeApp', { id, body: toJson(work), ...more }),
    readJob: (id, more) => call('readJob', { id, again, ...more }),
    health: (more) => call('health', { again, ...more }),
  }
}

const toJson = (value: unknown): string => JSON.stringify(value)

/** @throws AdsumError `file_too_large`, before a byte is sent, where the length is known */
function refuseLargeFile(content: unknown): void {
  const bytes =
    content instanceof Blob ? content.size : content instanceof Uint8Array ? content.byteLength : 0
  if (bytes > FILE_BYTES_MAX) throw new AdsumError('file_too_large', { limit: FILE_BYTES_MAX })
}
