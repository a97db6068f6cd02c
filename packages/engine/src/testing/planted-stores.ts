import { setTimeout } from 'node:timers/promises'
import type { AppStore, LoggedEvent, Storage } from '../ports.ts'

/**
 * Stores that are wrong on purpose. Whatever claims to watch over stores must report each of them, or it
 * would report nothing. In a module of its own, because processes that are to be killed load it, quickly.
 */
export const plantedFaults: Readonly<Record<string, (store: AppStore) => AppStore>> = {
  'acknowledges-early': acknowledgingEarly,
  'forgets-last-id': forgettingLastId,
}

/** A storage whose stores carry the named fault. */
export function withPlanted(storage: Storage, name: string): Storage {
  const plant = plantedFaults[name]
  if (plant === undefined) throw new Error(`no planted fault is called ${name}`)
  return overriding(storage, { openApp: async (app) => plant(await storage.openApp(app)) })
}

/** Milliseconds that it waits for more to write, as a store with a delayed sync would. */
const DELAY_MS = 20

/** Acknowledges events first and writes them a little later. */
function acknowledgingEarly(store: AppStore): AppStore {
  let position = 0
  return overriding(store, {
    async appendEvents(events) {
      // What comes too late, and so is lost, is the fault that is planted.
      void setTimeout(DELAY_MS)
        .then(() => store.appendEvents(events))
        .catch(() => undefined)
      return events.map(() => ({ status: 'accepted', position: position++ }))
    },
  })
}

/** What the forgetful store puts behind an id to store it once more; hidden when it is read. */
const AGAIN = '\u2063'

/** An index of ids that is off by one: the last id of every batch is not looked up. */
function forgettingLastId(store: AppStore): AppStore {
  let copies = 0
  const shown = (events: readonly LoggedEvent[]): LoggedEvent[] =>
    events.map((event) => ({ ...event, id: event.id.split(AGAIN, 1)[0] ?? '' }))
  return overriding(store, {
    async appendEvents(events) {
      const outcomes = await store.appendEvents(events)
      const last = events.at(-1)
      if (last === undefined || outcomes.at(-1)?.status !== 'duplicate') return outcomes
      const again = { ...last, id: `${last.id}${AGAIN}${copies++}` }
      return [...outcomes.slice(0, -1), ...(await store.appendEvents([again]))]
    },
    readUser: async (user) => shown(await store.readUser(user)),
    async *readPeople(onDamaged) {
      for await (const { user, events } of store.readPeople(onDamaged)) {
        yield { user, events: shown(events) }
      }
    },
  })
}

/** The same object with some of its methods replaced. */
function overriding<Target extends object>(target: Target, changed: Partial<Target>): Target {
  return new Proxy(target, {
    get(object, name) {
      const source = name in changed ? changed : object
      const value: unknown = Reflect.get(source, name)
      return typeof value === 'function' ? value.bind(source) : value
    },
  })
}
