import fc from 'fast-check'
import { expect } from 'vitest'
import type { AppStore, LoggedEvent } from '../ports.ts'
import {
  eventOf,
  eventsOf,
  peopleOf,
  type StoreLaw,
  type StoreWorld,
  totalsOf,
} from './store-fixture.ts'

/** Apps beside one another, and the store as a whole. */
export const appLaws: readonly StoreLaw[] = [
  {
    name: 'apps know nothing of one another',
    check: async (world) => {
      const music = await world.storage.openApp('music')
      await world.store.appendEvents(eventsOf('ana', 3))
      expect(await music.totals()).toEqual(totalsOf())
      const outcomes = await music.appendEvents([eventOf({ id: 'ana-0', user: 'ben' })])
      expect(outcomes).toEqual([{ status: 'accepted', position: 0 }])
      expect(await music.pseudonym('ana')).not.toBe(await world.store.pseudonym('ana'))
      expect(await music.secret()).not.toEqual(await world.store.secret())
      expect(await world.storage.listApps()).toEqual(['cinema', 'music'])
    },
  },
  {
    name: 'a removed app is gone, its name is free, and others stay',
    check: async (world) => {
      const music = await world.storage.openApp('music')
      await music.appendEvents(eventsOf('ana', 3))
      const secret = await music.secret()
      await world.store.appendEvents(eventsOf('ana', 2))
      await world.storage.removeApp('music')
      await world.storage.removeApp('music')
      expect(await world.storage.listApps()).toEqual(['cinema'])
      await world.reopen()
      expect(await world.store.readUser('ana')).toEqual(eventsOf('ana', 2))
      const again = await world.storage.openApp('music')
      expect(await again.totals()).toEqual(totalsOf())
      expect(await again.secret()).not.toEqual(secret)
    },
  },
  {
    name: 'an app opened twice is the same store',
    check: async (world) => {
      const again = await world.storage.openApp('cinema')
      await world.store.appendEvents(eventsOf('ana', 1))
      expect(await again.readUser('ana')).toEqual(eventsOf('ana', 1))
      await again.close()
      const anew = await world.storage.openApp('cinema')
      expect(await anew.readUser('ana')).toEqual(eventsOf('ana', 1))
    },
  },
  {
    name: 'any history of appending, erasing and reopening gives what a list would give',
    check: async (world) => {
      let run = 0
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async (steps) => {
          const list = new ListStore()
          const app = `app-${run++}`
          for (const step of steps) {
            const store = await world.storage.openApp(app)
            expect(await act(world, store, step)).toEqual(list.act(step))
          }
          const store = await world.storage.openApp(app)
          expect(await peopleOf(store)).toEqual(list.people())
          expect(await store.totals()).toEqual(list.totals())
        }),
        { numRuns: 12, seed: 20_261_121 },
      )
    },
  },
]

type Step =
  | { readonly do: 'append'; readonly events: readonly LoggedEvent[] }
  | { readonly do: 'erase'; readonly user: string }
  | { readonly do: 'reopen' }

const user = fc.constantFrom('ana', 'ben', 'cy')
const fewEvents = fc.array(
  fc.record({
    id: fc.integer({ min: 0, max: 60 }).map(String),
    user,
    value: fc.constantFrom(1, 1, 1, 2),
    time: fc.constant(5),
  }),
  { maxLength: 12 },
)
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fewEvents.map((few): Step => ({ do: 'append', events: few.map(eventOf) })),
  },
  { weight: 2, arbitrary: user.map((name): Step => ({ do: 'erase', user: name })) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'reopen' }) },
)

async function act(world: StoreWorld, store: AppStore, step: Step): Promise<unknown> {
  if (step.do === 'append') return store.appendEvents(step.events)
  if (step.do === 'erase') return store.eraseUser(step.user)
  await world.reopen()
  return null
}

/** The same promises, kept by a list in memory: short enough to be seen to be right. */
class ListStore {
  #log: { readonly event: LoggedEvent; readonly position: number }[] = []
  #position = 0
  #erasures = 0

  act(step: Step): unknown {
    if (step.do === 'append') return step.events.map((event) => this.#append(event))
    if (step.do === 'erase') return this.#erase(step.user)
    return null
  }

  people(): Map<string, LoggedEvent[]> {
    const events = this.#log.map(({ event }) => event)
    const names = [...new Set(events.map((event) => event.user))].sort()
    return new Map(
      names.map((name) => [
        name,
        events.filter((event) => event.user === name).sort((a, b) => (a.id < b.id ? -1 : 1)),
      ]),
    )
  }

  totals(): unknown {
    const users = this.people().size
    const events = this.#log.length
    return totalsOf({ position: this.#position, events, users, erasures: this.#erasures })
  }

  #append(event: LoggedEvent): unknown {
    const known = this.#log.find((one) => one.event.id === event.id)
    if (known === undefined) {
      this.#log.push({ event, position: this.#position })
      return { status: 'accepted', position: this.#position++ }
    }
    const same = known.event.user === event.user && known.event.value === event.value
    return { status: same ? 'duplicate' : 'conflict', position: known.position }
  }

  #erase(name: string): unknown {
    const kept = this.#log.filter(({ event }) => event.user !== name)
    const events = this.#log.length - kept.length
    this.#log = kept
    if (events > 0) this.#erasures++
    return { events, decisions: 0, quarantined: 0 }
  }
}
