/**
 * Makes a data directory with something of everything in it and ends as by SIGKILL, so that part of it is
 * in the write-ahead log:
 *
 *   node make-directory.ts <data directory>
 *
 * The ids of decisions, which nobody can list, are written out first.
 */
import { statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { APP, DEVICES, FILMS, openApp, openEngine, openStorage } from './small-app.ts'

const PEOPLE = 30
const EVENTS_EACH = 20
/** People whose keys are in the write-ahead log. */
const NEWCOMERS = 6
/** Bytes of the write-ahead logs, at the least: so that damage finds something. */
const LOG_BYTES_MIN = 12_000
const STANDARD_OUTPUT = 1
const BEGAN = Date.parse('2026-01-01T00:00:00Z')

const [path = ''] = process.argv.slice(2)
const decisions: string[] = []
let engine = await openEngine(path)
let app = await openApp(engine)
for (let person = 0; person < PEOPLE; person++) await record(person, 0)
await app.learnNow()
await app.eraseUser('person-0')
await app.learnNow()
await engine.close()
await keepAccessKey()

engine = await openEngine(path)
app = await openApp(engine)
await app.ready
for (let person = 1; person < PEOPLE + NEWCOMERS; person += 3) await record(person, EVENTS_EACH)
// Reading waits until the decision is at rest.
for (const id of decisions) await app.readDecision(id)
writeSync(STANDARD_OUTPUT, JSON.stringify(decisions))
// The store empties its write-ahead logs when it is quiet: the last events must be new people's, and new.
const logs = [join(path, 'apps', APP, 'log.db-wal'), join(path, 'keys', `${APP}.db-wal`)]
let latest = PEOPLE + NEWCOMERS
do await send(latest++, 0)
while (logs.some((log) => statSync(log).size < LOG_BYTES_MIN))
process.kill(process.pid, 'SIGKILL')

async function record(person: number, first: number): Promise<void> {
  const user = `person-${person}`
  await send(person, first)
  await app.sendEvents([{ id: `odd-${user}-${first}`, type: 'unheard-of', user, item: 'film-1' }])
  const { id } = await app.decide({ surface: 'home', user, limit: 3 })
  await app.reward(id, { value: 1, time: '2026-02-01T00:00:00Z' })
  // The decisions of the erased person are gone with them.
  if (person > 0) decisions.push(id)
}

async function send(person: number, first: number): Promise<void> {
  const user = `person-${person}`
  await app.sendEvents(
    Array.from({ length: EVENTS_EACH }, (_, at) => ({
      id: `${user}-${first + at}`,
      type: 'watched',
      user,
      item: `film-${(person + first + at) % FILMS}`,
      value: 1 + ((person + at) % 4),
      time: new Date(BEGAN + 1000 * (first + at)).toISOString(),
      context: { device: DEVICES[at % 2] ?? null },
    })),
  )
}

async function keepAccessKey(): Promise<void> {
  const storage = await openStorage(path)
  await storage.accessKeys.replace([
    {
      id: 'k1',
      kind: 'secret',
      app: APP,
      name: 'shop',
      scopes: ['record', 'decide'],
      hash: storage.accessKeys.hash('a secret'),
      origins: [],
      browsersOnly: false,
      jwk: null,
      created: BEGAN,
      expires: null,
      revoked: null,
      lastUsed: null,
    },
  ])
  await storage.close()
}
