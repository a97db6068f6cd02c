/** Two apps in one data directory, real engine and real store, each full of words that are its own. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type App,
  decide,
  defineApp,
  Engine,
  event,
  item,
  personalizer,
  recommend,
  segment,
  text,
} from '@adsum/engine'
import { type KeyRequest, keyRequestSchema } from '@adsum/protocol'
import { openSqliteStorage } from '@adsum/storage'
import { ed25519, type Signer } from './signer.ts'

/** What one app has that no other may learn of. */
export interface Tenant {
  readonly app: string
  readonly person: string
  /** Another person of the same app. */
  readonly neighbour: string
  readonly item: string
  /** An event of its Personalizer clients, and an evaluation of them. */
  readonly event: string
  readonly evaluation: string
  readonly decision: string
  readonly neighbourDecision: string
  readonly receipt: string
  readonly quarantined: string
  readonly keyIds: readonly string[]
  readonly writeKey: string
  readonly secretKey: string
  readonly signer: Signer
  readonly file: string
  readonly job: string
  /** Is in every word of the app that its makers chose. */
  readonly canary: string
}

export interface TwoApps {
  readonly engine: Engine
  readonly tenants: readonly [Tenant, Tenant]
  close(): Promise<void>
}

export async function openTwoApps(): Promise<TwoApps> {
  const path = await mkdtemp(join(tmpdir(), 'adsum-isolation-'))
  const clock = { now: () => Date.now() }
  const entropy = { bytes: (length: number) => crypto.getRandomValues(new Uint8Array(length)) }
  const storage = await openSqliteStorage({ path, clock, entropy })
  const report = (fault: unknown): never => {
    throw fault
  }
  const engine = await Engine.open({ storage, clock, entropy, threads: 1, report })
  return {
    engine,
    tenants: [await settle(engine, 'kxqzrosehip'), await settle(engine, 'wvjyjuniper')],
    close: async () => {
      await engine.close()
      await rm(path, { recursive: true, force: true })
    },
  }
}

/** Fills an app with people, items, decisions, a receipt, a refused event, keys and a file. */
async function settle(engine: Engine, canary: string): Promise<Tenant> {
  const name = `${canary}-shop`
  const [person, neighbour, gone] = [`${canary}-a`, `${canary}-b`, `${canary}-c`]
  const app = await engine.declare(declarationOf(name, canary))
  const items = [1, 2, 3].map((number) => ({
    type: 'thing',
    id: `${canary}-item-${number}`,
    attributes: { title: `${canary} number ${number}` },
  }))
  await app.putItems(items)
  const viewed = [person, neighbour, gone].flatMap((user) =>
    items.map(({ id }) => ({ id: `${user}-${id}`, type: 'viewed', user, item: id })),
  )
  await app.sendEvents(viewed)
  await app.sendEvents([{ id: `${canary}-odd`, type: `${canary}-unheard-of`, user: person }])
  const { id: decision } = await app.decide({ surface: 'home', user: person, limit: 3 })
  const { id: neighbourDecision } = await app.decide({ surface: 'home', user: neighbour, limit: 3 })
  const { receipt } = await app.eraseUser(gone)
  const { events } = await app.readQuarantine({ limit: 10 })
  const { file } = await engine.files.upload(`${canary}.csv`, rowsOf(canary))
  const { job } = await engine.files.judge(file)
  return {
    ...{ app: name, person, neighbour, canary, decision, neighbourDecision, receipt, file, job },
    ...(await makeKeys(engine, name, canary)),
    item: `${canary}-item-1`,
    ...(await evaluateOne(app, canary)),
    quarantined: events[0]?.id ?? '',
  }
}

/** An event as a Personalizer client makes it, and an evaluation as the server remembers it. */
async function evaluateOne(app: App, canary: string) {
  const [event, evaluation] = [`${canary}-event`, `${canary}-evaluation`]
  const actions = [{ id: `${canary}-action`, features: [{ canary }] }]
  await app.decide({ surface: 'pick', id: event, actions })
  await app.reward(event, { value: 1 })
  const remembered = {
    ...{ id: evaluation, jobId: evaluation, name: `${canary} evaluation`, status: 'completed' },
    ...{ startTime: '2026-01-01', endTime: '2027-01-01', evaluationType: 'Manual' },
    ...{ creationTime: '2026-11-25T09:00:00.000Z', featureImportance: [] },
    policyResults: [{ name: 'Random', arguments: '', policySource: 'Random' }],
  }
  await app.notes.putDocument('personalizer', JSON.stringify({ evaluations: [remembered] }))
  return { event, evaluation }
}

function declarationOf(name: string, canary: string) {
  return defineApp({
    name,
    title: `${canary} title`,
    purposes: { history: { title: `${canary} purpose`, default: 'on', basis: 'contract' } },
    items: { thing: item({ title: text() }) },
    events: { viewed: event({ on: 'thing', purpose: 'history' }) },
    surfaces: {
      home: recommend({ items: 'thing', goal: { viewed: 1 } }),
      pick: decide({ range: [-1, 1] }),
    },
    dialects: {
      segment: segment({
        track: { 'Product Viewed': { event: 'viewed', item: 'properties.product_id' } },
      }),
      personalizer: personalizer({ surface: 'pick' }),
    },
  })
}

async function makeKeys({ accessKeys }: Engine, app: string, name: string) {
  const signer = ed25519('backend')
  const make = async (request: Omit<KeyRequest, 'app' | 'name'>) =>
    accessKeys.create(keyRequestSchema.parse({ ...request, app, name }))
  const write = await make({ kind: 'write' })
  const secret = await make({ kind: 'secret' })
  const verify = await make({ kind: 'verify', jwk: signer.jwk })
  return {
    signer,
    keyIds: [write, secret, verify].map(({ key }) => key.id),
    writeKey: write.text ?? '',
    secretKey: secret.text ?? '',
  }
}

async function* rowsOf(canary: string): AsyncGenerator<Uint8Array> {
  const rows = Array.from({ length: 50 }, (_, row) => `${canary}-p${row % 5},${canary}-i${row % 7}`)
  yield new TextEncoder().encode(`user,item\n${rows.join('\n')}\n`)
}
