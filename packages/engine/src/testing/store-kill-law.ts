import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import type { AppStore } from '../ports.ts'
import { peopleOf, type StoreFixture, StoreWorld } from './store-fixture.ts'

/** A process that uses the store of a fixture, to be killed. */
export type StoreProcess = ChildProcessByStdio<null, Readable, null>

/** A place that a process of its own can use, one run after the other. */
export interface KillFixture extends StoreFixture {
  /**
   * Starts a process that opens the app `cinema` and appends, erases and records in a loop. It writes a
   * line to its standard output as soon as the store has acknowledged a write, and not before:
   * `event <user> <id>`, `erased <user>` (who never comes again) or `record <id>`; ids without spaces
   * and never used twice. `run` is another number for every start.
   */
  start(run: number): StoreProcess
}

/** What processes were told is durable. */
interface Acknowledged {
  readonly events: Map<string, string>
  readonly records: Set<string>
  readonly erased: Set<string>
}

/**
 * The law of durability: whatever was acknowledged is there after SIGKILL. A process is killed the
 * moment that it reports an acknowledgement, the n-th of its life; a store that acknowledges before it
 * has written loses that one. Killing a process does not empty the page cache, so that this shows
 * that the bytes were handed to the kernel in time, not that they were synced.
 */
export async function acknowledgedSurvivesKill(
  fixture: KillFixture,
  { kills, seed }: { readonly kills: number; readonly seed: number },
): Promise<{ readonly events: number; readonly records: number }> {
  const acknowledged: Acknowledged = { events: new Map(), records: new Set(), erased: new Set() }
  let state = seed
  for (let run = 0; run < kills; run++) {
    // A linear congruential generator is random enough to choose a moment, and can be repeated.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    for (const line of await runAndKill(fixture.start(run), 1 + ((state >>> 16) % 200))) {
      take(acknowledged, line)
    }
    const world = await StoreWorld.open(fixture)
    try {
      await expectAll(world.store, acknowledged)
    } finally {
      await world.close()
    }
  }
  return { events: acknowledged.events.size, records: acknowledged.records.size }
}

/** Kills the process at its n-th line; returns the whole lines that it wrote. */
async function runAndKill(child: StoreProcess, lines: number): Promise<string[]> {
  let text = ''
  let seen = 0
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (part: string) => {
    text += part
    seen += part.split('\n').length - 1
    if (seen >= lines) child.kill('SIGKILL')
  })
  const [code, signal] = await once(child, 'close')
  if (signal !== 'SIGKILL') throw new Error(`the process ended by itself (${code ?? signal})`)
  return text.split('\n').slice(0, -1)
}

function take({ events, records, erased }: Acknowledged, line: string): void {
  const [what = '', name = '', id = ''] = line.split(' ')
  if (what === 'event') events.set(id, name)
  else if (what === 'record') records.add(name)
  else if (what === 'erased') erased.add(name)
  else throw new Error(`the process wrote "${line}"`)
}

async function expectAll(store: AppStore, acknowledged: Acknowledged): Promise<void> {
  const stored = new Map<string, string>()
  let events = 0
  for (const [user, history] of await peopleOf(store)) {
    for (const { id } of history) stored.set(id, user)
    events += history.length
  }
  const lost = [...acknowledged.events].filter(
    ([id, user]) => !acknowledged.erased.has(user) && stored.get(id) !== user,
  )
  none(lost, 'acknowledged events that are not there')
  same(stored.size, events, 'ids of stored events')
  const back = [...stored].filter(([, user]) => acknowledged.erased.has(user))
  none(back, 'events of people whose erasing was acknowledged')
  const missing: string[] = []
  for (const id of acknowledged.records) if ((await store.readRecord(id)) === null) missing.push(id)
  none(missing, 'acknowledged records that are not there')
  const totals = await store.totals()
  same(totals.events, events, 'the count of events')
  if (totals.erasures < acknowledged.erased.size) throw new Error('erasures were not counted')
}

function none(found: readonly unknown[], what: string): void {
  if (found.length > 0) throw new Error(`${found.length} ${what}, such as ${found[0]}`)
}

function same(found: number, expected: number, what: string): void {
  if (found !== expected) throw new Error(`${what}: ${found} instead of ${expected}`)
}
