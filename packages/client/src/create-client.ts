import {
  type AccessKeyView,
  type ActivationResponse,
  AdsumError,
  type AppView,
  type Backup,
  type BackupRequest,
  type DataCheck,
  type Decision,
  type EventResult,
  FILE_BYTES_MAX,
  type FileAppRequest,
  type FileView,
  type FileWorkRequest,
  type Health,
  type ItemsView,
  type Job,
  type KeyCreated,
  type KeyRequest,
  parseKeyText,
  type QuarantineView,
  type Receipt,
  type ReplayResponse,
  type RewardRequest,
  type RewardResponse,
  type StoredDecision,
  type SurfaceReport,
  type UserView,
} from '@adsum/protocol'
import type { AppEvent, AppItem, AppQuestion, AppShape } from './app-shape.ts'
import {
  CLOSE_FLUSH_MS_MAX,
  createEventQueue,
  type EventQueue,
  FLUSH_MS_MAX,
  type QueueListeners,
} from './queue/event-queue.ts'
import { openBrowserStore } from './queue/indexed-db-store.ts'
import { isWriteKey } from './queue/parting.ts'
import type { QueueSize, QueueStore } from './queue/queue-store.ts'
import {
  type CallOptions,
  createAttempt,
  createTransport,
  randomFraction,
  sleepFor,
  type TransportOptions,
} from './transport.ts'
import { createUuidV7 } from './uuid-v7.ts'

/** Milliseconds that sending a file may take unless the caller says otherwise. */
const UPLOAD_TIMEOUT_MS = 10 * 60_000
/** Milliseconds that copying or reading everything at rest may take unless the caller says otherwise. */
const DATA_TIMEOUT_MS = 60 * 60_000

export interface ClientOptions extends TransportOptions, QueueListeners {
  /** Makes identifiers for events that come without one; UUIDs of version 7 unless given. */
  readonly randomId?: () => string
  /** Milliseconds since 1970 by the clock of this machine. */
  readonly now?: () => number
  /**
   * Where tracked events wait. Unless given: in a browser IndexedDB, one queue for each server and app;
   * in Node memory. `@adsum/client/node` opens one in a folder.
   */
  readonly store?: QueueStore
  /** What may wait; 10,000 events and 16 MiB unless given. When it is full the oldest are dropped. */
  readonly queueMost?: QueueSize
}

/** Which quarantined events to look at. */
export interface QuarantineQuestion {
  readonly limit?: number
  /** Only those refused with this code. */
  readonly code?: string
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
  /** Tells what a decision was worth. Tried again only where its id or time is given: then it counts once. */
  reward(decision: string, reward: RewardRequest, options?: CallOptions): Promise<RewardResponse>
  /** Tells that a decision which was prepared ahead is being used. */
  activateDecision(decision: string, options?: CallOptions): Promise<ActivationResponse>
  /** How a surface that decides stands. */
  readSurface(surface: string, options?: CallOptions): Promise<SurfaceReport>
  readUser(user: string, options?: CallOptions): Promise<UserView>
  /**
   * Forgets a person. Tried again only where nothing was done yet; after a broken line the person may
   * be forgotten already and the receipt be lost. What waits of the person in this client's queue is
   * thrown away first, whatever becomes of the call; a batch that is under way is not called back.
   */
  eraseUser(user: string, options?: CallOptions): Promise<Receipt>
  readReceipt(receipt: string, options?: CallOptions): Promise<Receipt>
  /** Events that were understood but not taken, each with the reason; newest first. */
  readQuarantine(question?: QuarantineQuestion, options?: CallOptions): Promise<QuarantineView>
  /** Has quarantined events judged anew, all or those named. Tried again only where nothing was done. */
  replayQuarantine(ids?: readonly string[], options?: CallOptions): Promise<ReplayResponse>
  /**
   * Discards a quarantined event. Tried again only where nothing was done yet: after a broken line it may
   * be gone already, and asking again would say that it is unknown.
   */
  removeQuarantined(id: string, options?: CallOptions): Promise<void>
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
  /** The access keys, without their secrets. */
  listKeys(options?: CallOptions): Promise<AccessKeyView[]>
  /** Makes an access key; its text is in this answer and nowhere else. */
  createKey(request: KeyRequest, options?: CallOptions): Promise<KeyCreated>
  /** Lets the pages of one more origin use a key. */
  addKeyOrigin(key: string, origin: string, options?: CallOptions): Promise<AccessKeyView>
  /** Ends a key for good. */
  revokeKey(key: string, options?: CallOptions): Promise<AccessKeyView>
  /** Has the server copy everything at rest into a folder of its data directory. */
  makeBackup(request: BackupRequest, options?: CallOptions): Promise<Backup>
  /** Has the server read and check everything at rest. */
  checkData(options?: CallOptions): Promise<DataCheck[]>
  health(options?: CallOptions): Promise<Health>
  /**
   * Records an event that happens now, whatever the network does: it gets its id and its time at once,
   * waits in the queue and is sent with others until the server has answered for it. The promise tells
   * when the queue has it, and may be left alone: a failure also goes to `onDropped`.
   *
   * Times are corrected by the server against this machine's clock, and kept within 30 days of now; for
   * events of the past use `sendEvents`.
   */
  track(event: AppEvent<App>): Promise<void>
  /**
   * Sends what waits, and resolves when nothing does or a try has failed or the time is up.
   * @returns what still waits
   */
  flush(options?: Pick<CallOptions, 'timeoutMs'>): Promise<QueueSize>
  /** What waits. */
  pending(): Promise<QueueSize>
  /**
   * Sends what waits, for five seconds at the most, and closes the queue. Only `track` needs it: without
   * it a process may go on trying.
   * @returns what still waits; lost now, unless the store keeps it
   */
  close(): Promise<QueueSize>
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
  const now = options.now ?? Date.now
  const newId = options.randomId ?? createUuidV7({ now, randomBytes })
  const queue = openQueue(options, now)
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
      call('reward', {
        id,
        body: toJson(reward),
        ...((reward.id ?? reward.time) && { again }),
        ...more,
      }),
    activateDecision: (id, more) => call('activateDecision', { id, again, ...more }),
    readSurface: (id, more) => call('readSurface', { id, again, ...more }),
    readUser: (id, more) => call('readUser', { id, again, ...more }),
    eraseUser: async (id, more) => {
      // Sent afterwards, it would record the person anew.
      await queue.forgetUser(id)
      return call('eraseUser', { id, again: 'refused', ...more })
    },
    readReceipt: (id, more) => call('readReceipt', { id, again, ...more }),
    readQuarantine: ({ limit, code } = {}, more) =>
      call('readQuarantine', { query: { limit, code }, again, ...more }),
    replayQuarantine: (ids, more) =>
      call('replayQuarantine', { body: toJson({ ids }), again: 'refused', ...more }),
    removeQuarantined: async (id, more) => {
      await call('removeQuarantined', { id, again: 'refused', ...more })
    },
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
    listKeys: async (more) => (await call('listKeys', { again, ...more })).keys,
    createKey: (request, more) => call('createKey', { body: toJson(request), ...more }),
    addKeyOrigin: (id, origin, more) =>
      call('addKeyOrigin', { id, body: toJson({ origin }), again, ...more }),
    revokeKey: (id, more) => call('revokeKey', { id, again, ...more }),
    makeBackup: (request, more) =>
      call('makeBackup', { body: toJson(request), timeoutMs: DATA_TIMEOUT_MS, ...more }),
    checkData: async (more) =>
      (await call('checkData', { again, timeoutMs: DATA_TIMEOUT_MS, ...more })).apps,
    health: (more) => call('health', { again, ...more }),
    track: (event) => {
      const time = event.time ?? new Date(now()).toISOString()
      const kept = queue.add({ ...event, id: event.id ?? newId(), time })
      // Who does not wait for it hears of a failure through `onDropped`.
      kept.catch(() => {})
      return kept
    },
    flush: ({ timeoutMs = FLUSH_MS_MAX } = {}) => queue.flush(timeoutMs),
    pending: () => queue.size(),
    close: () => queue.close(CLOSE_FLUSH_MS_MAX),
  }
}

/** The queue. It touches no storage until it is used, unless an earlier page may have left something. */
function openQueue(options: ClientOptions, now: () => number): EventQueue {
  const { store, key, queueMost } = options
  const queue = createEventQueue({
    ...options,
    ...(queueMost !== undefined && { most: queueMost }),
    openStore: async () => store ?? openBrowserStore(queueName(options)),
    transport: options,
    attempt: createAttempt(options),
    now,
    random: options.random ?? randomFraction,
    sleep: options.sleep ?? sleepFor,
  })
  if (store !== undefined || isWriteKey(key)) void queue.resume()
  return queue
}

/** One queue for each server and app; an app that is not named is told apart by its key. */
function queueName({ url, app, key = '' }: ClientOptions): string {
  return `adsum ${url} ${app ?? parseKeyText(key)?.id ?? ''}`
}

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length))
}

const toJson = (value: unknown): string => JSON.stringify(value)

/** @throws AdsumError `file_too_large`, before a byte is sent, where the length is known */
function refuseLargeFile(content: unknown): void {
  const bytes =
    content instanceof Blob ? content.size : content instanceof Uint8Array ? content.byteLength : 0
  if (bytes > FILE_BYTES_MAX) throw new AdsumError('file_too_large', { limit: FILE_BYTES_MAX })
}
