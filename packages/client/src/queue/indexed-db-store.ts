/**
 * The queue in a browser's IndexedDB: it survives the page, and every tab of the origin shares it. One
 * tab at a time sends, under a Web Lock that the browser takes back when a tab dies; where there are
 * no Web Locks (pages without HTTPS) tabs may send the same events, which the server then drops by id.
 */

import { createMemoryStore } from './memory-store.ts'
import { fits, type PlacedEvent, type QueueSize, type QueueStore } from './queue-store.ts'

const VERSION = 1
const EVENTS = 'events'
/** Holds one record, the size, so that nobody has to count. */
const SIZE = 'size'
const SIZE_KEY = 0
const EMPTY: QueueSize = { events: 0, bytes: 0 }

/**
 * Opens the queue of this name. Where the browser has no storage for the page (private modes, frames
 * of other sites) the queue lasts as long as the page.
 */
export async function openBrowserStore(name: string): Promise<QueueStore> {
  if (typeof indexedDB === 'undefined') return createMemoryStore()
  const database = new Database(name)
  try {
    await database.connect()
  } catch (error) {
    console.warn('Events are kept in memory only, because this page has no storage:', error)
    return createMemoryStore()
  }
  return createIndexedDbStore(name, database)
}

function createIndexedDbStore(name: string, database: Database): QueueStore {
  return {
    append: (events, most) =>
      database.change(async ({ events: store, size }) => {
        let { events: count, bytes } = await readSize(size)
        for (const { id, text, bytes: length } of events) {
          await done(store.add({ id, text, bytes: length }))
          count += 1
          bytes += length
        }
        const dropped: PlacedEvent[] = []
        if (count > most.events || bytes > most.bytes) {
          await each(store, (event, cursor) => {
            if (count <= most.events && bytes <= most.bytes) return false
            cursor.delete()
            count -= 1
            bytes -= event.bytes
            dropped.push(event)
            return true
          })
        }
        await done(size.put({ events: count, bytes }, SIZE_KEY))
        return dropped
      }),

    peek: (most) =>
      database.read(async ({ events: store }) => {
        const taken: PlacedEvent[] = []
        let bytes = 0
        await each(store, (event) => {
          if (taken.length > 0 && !fits({ events: taken.length, bytes }, event, most)) return false
          taken.push(event)
          bytes += event.bytes
          return taken.length < most.events
        })
        return taken
      }),

    remove: (places) =>
      database.change(async ({ events: store, size }) => {
        let { events: count, bytes } = await readSize(size)
        for (const place of places) {
          const event: unknown = await done(store.get(place))
          // Another tab may have removed it, or room may have been made.
          if (!isRecord(event)) continue
          await done(store.delete(place))
          count -= 1
          bytes -= event.bytes
        }
        await done(size.put({ events: count, bytes }, SIZE_KEY))
      }),

    size: () => database.read(({ size }) => readSize(size)),

    exclusively: async (work, signal) => {
      if (typeof navigator === 'undefined' || navigator.locks === undefined) return work()
      await navigator.locks.request(name, { signal }, work)
    },

    close: async () => database.disconnect(),
  }
}

interface Stores {
  readonly events: IDBObjectStore
  readonly size: IDBObjectStore
}

/** A connection that is opened again where the browser has closed it. */
class Database {
  readonly #name: string
  #connection: Promise<IDBDatabase> | null = null

  constructor(name: string) {
    this.#name = name
  }

  connect(): Promise<IDBDatabase> {
    this.#connection ??= open(this.#name, () => {
      this.#connection = null
    }).catch((error: unknown) => {
      this.#connection = null
      throw error
    })
    return this.#connection
  }

  read<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result> {
    return this.#transact('readonly', work)
  }

  /** Resolves when the change is on disk, not only in the operating system's memory. */
  change<Result>(work: (stores: Stores) => Promise<Result>): Promise<Result> {
    return this.#transact('readwrite', work)
  }

  async disconnect(): Promise<void> {
    const connection = await this.#connection
    this.#connection = null
    connection?.close()
  }

  async #transact<Result>(
    mode: IDBTransactionMode,
    work: (stores: Stores) => Promise<Result>,
  ): Promise<Result> {
    const connection = await this.connect()
    const transaction = connection.transaction([EVENTS, SIZE], mode, { durability: 'strict' })
    const finished = completion(transaction)
    const stores = { events: transaction.objectStore(EVENTS), size: transaction.objectStore(SIZE) }
    try {
      const result = await work(stores)
      await finished
      return result
    } catch (error) {
      // A request that failed has ended the transaction already; then the first reason counts.
      finished.catch(() => {})
      throw error
    }
  }
}

function open(name: string, lost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, VERSION)
    request.onupgradeneeded = () => {
      request.result.createObjectStore(EVENTS, { autoIncrement: true })
      request.result.createObjectStore(SIZE)
    }
    request.onerror = () => reject(request.error)
    request.onblocked = () => reject(new Error('another tab holds an older form of the queue'))
    request.onsuccess = () => {
      const database = request.result
      database.onclose = lost
      // A later version of this code wants to change the form: let it, and open again afterwards.
      database.onversionchange = () => {
        lost()
        database.close()
      }
      resolve(database)
    }
  })
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error ?? new Error('the change was undone'))
  })
}

function done<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** Visits events from the oldest on, until `visit` says that it is enough. */
function each(
  store: IDBObjectStore,
  visit: (event: PlacedEvent, cursor: IDBCursorWithValue) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = store.openCursor()
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const cursor = request.result
      const value: unknown = cursor?.value
      if (cursor === null || !isRecord(value)) resolve()
      else if (visit({ ...value, place: Number(cursor.key) }, cursor)) cursor.continue()
      else resolve()
    }
  })
}

async function readSize(store: IDBObjectStore): Promise<QueueSize> {
  const size: unknown = await done(store.get(SIZE_KEY))
  return isSize(size) ? size : EMPTY
}

function isSize(value: unknown): value is QueueSize {
  return typeof value === 'object' && value !== null && 'events' in value && 'bytes' in value
}

function isRecord(value: unknown): value is { id: string; text: string; bytes: number } {
  return typeof value === 'object' && value !== null && 'text' in value && 'bytes' in value
}
