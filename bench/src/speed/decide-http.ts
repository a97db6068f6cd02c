import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, type Random } from '@adsum/learning'
import type { Measured } from './main.ts'
import { quantile } from './quantile.ts'
import { RankingConnection } from './ranking-connection.ts'

const SERVER = join(import.meta.dirname, 'decide-server.ts')
const CONNECTIONS = 16
const SECONDS = 20
const WARM_UP_SECONDS = 8
const ACTIONS = 50
const FEATURES = 20
/** Different contexts; each is a request made beforehand, in which only the event's id changes. */
const CONTEXTS = 200
const EVENT_ID_LENGTH = 16
const BASE = '/personalizer/v1.0'

/** A request whose event id is filled in later, at the same place wherever it stands. */
interface Template {
  readonly bytes: Buffer
  readonly idAt: number
  readonly context: number
}

/**
 * Decisions with their rewards as the generally available Azure client sends them: ranks of 50 actions
 * with 20 features each, every one followed by its reward, learned while it runs. One server process, the
 * load generator in this one on the same machine.
 */
export async function decideHttp(options: {
  readonly seed: number
  readonly count: number | null
}): Promise<Measured> {
  const folder = await mkdtemp(join(tmpdir(), 'adsum-decide-'))
  const flags = (process.env.BENCH_SERVER_FLAGS ?? '').split(' ').filter(Boolean)
  const server = fork(SERVER, [join(folder, 'data')], { execArgv: [...process.execArgv, ...flags] })
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }]
    const random = createRandom(options.seed)
    const templates = templatesOf(random)
    const loadBefore = loadavg()
    await run({ port, templates, seconds: WARM_UP_SECONDS, name: 'w' })
    const seconds = options.count ?? SECONDS
    const before = await usage(server)
    const result = await run({ port, templates, seconds, name: 'm' })
    const after = await usage(server)
    return {
      ours: Math.round(result.decisions / result.seconds),
      peer: null,
      ratio: null,
      unit: 'decisions/s with their rewards',
      details: {
        target: '2,000 decisions/s, p99 20 ms',
        connections: CONNECTIONS,
        seconds,
        actions: ACTIONS,
        featuresPerAction: FEATURES,
        bytesPerRank: templates[0]?.bytes.length,
        rankP50Ms: rounded(quantile(result.rankMs, 0.5)),
        rankP99Ms: rounded(quantile(result.rankMs, 0.99)),
        rewardP50Ms: rounded(quantile(result.rewardMs, 0.5)),
        rewardP99Ms: rounded(quantile(result.rewardMs, 0.99)),
        meanReward: rounded(result.reward / result.decisions),
        serverProcessorShare: rounded((after.cpuSeconds - before.cpuSeconds) / seconds),
        learned: after.learned,
        loadAverage: { before: loadBefore.map(rounded), after: loadavg().map(rounded) },
      },
    }
  } finally {
    server.disconnect()
    await once(server, 'exit')
    await rm(folder, { recursive: true, force: true })
  }
}

interface Usage {
  readonly cpuSeconds: number
  readonly decisions: number
  readonly learned: number
}

async function usage(server: ReturnType<typeof fork>): Promise<Usage> {
  server.send('usage')
  const [told] = (await once(server, 'message')) as [Usage]
  return told
}

/** Every connection ranks and rewards, one after the other, as fast as it is answered. */
async function run({
  port,
  templates,
  seconds,
  name,
}: {
  readonly port: number
  readonly templates: readonly Template[]
  readonly seconds: number
  readonly name: string
}) {
  const result = { decisions: 0, reward: 0, seconds: 0, rankMs: [0], rewardMs: [0] }
  result.rankMs.length = result.rewardMs.length = 0
  const began = performance.now()
  let events = 0
  const one = async (): Promise<void> => {
    const connection = await RankingConnection.open(port)
    while (performance.now() - began < seconds * 1000) {
      const number = events++
      const template = templates[number % templates.length] as Template
      const eventId = `${name}-${number}`.padEnd(EVENT_ID_LENGTH, '-')
      const asked = performance.now()
      const chosen = await connection.rank(filled(template, eventId))
      const ranked = performance.now()
      const value = worth(chosen, template.context)
      await connection.reward(rewardRequest(eventId, value))
      result.rankMs.push(ranked - asked)
      result.rewardMs.push(performance.now() - ranked)
      result.reward += value
      result.decisions++
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, one))
  result.seconds = (performance.now() - began) / 1000
  result.rankMs.sort((a, b) => a - b)
  result.rewardMs.sort((a, b) => a - b)
  return result
}

/** In every context a tenth of the actions is worth something. */
function worth(action: string, context: number): number {
  return (Number(action.slice('action-'.length)) + context) % 10 === 0 ? 1 : 0
}

function templatesOf(random: Random): Template[] {
  const actions = Array.from({ length: ACTIONS }, (_, action) => ({
    id: `action-${action}`,
    features: [featuresOf(action, random)],
  }))
  return Array.from({ length: CONTEXTS }, (_, number) => {
    const context = number % 10
    const eventId = '#'.repeat(EVENT_ID_LENGTH)
    const body = JSON.stringify({
      eventId,
      contextFeatures: [
        { daypart: `part-${context}`, weekday: number % 7 },
        { device: { kind: number % 2 === 0 ? 'tablet' : 'phone', dark: number % 3 === 0 } },
      ],
      actions,
      excludedActions: [],
      deferActivation: false,
    })
    const bytes = request(`${BASE}/rank`, body)
    return { bytes, idAt: bytes.indexOf(eventId), context }
  })
}

/** Half texts, half numbers; one of them tells what the action is good for. */
function featuresOf(action: number, random: Random): Record<string, string | number> {
  const features: Record<string, string | number> = { good: `for-${action % 10}` }
  for (let at = 1; at < FEATURES; at++) {
    features[`feature${at}`] = at % 2 === 0 ? `value-${random.below(8)}` : random.below(100) / 100
  }
  return features
}

function filled({ bytes, idAt }: Template, eventId: string): Buffer {
  const copy = Buffer.from(bytes)
  copy.write(eventId, idAt, 'latin1')
  return copy
}

function rewardRequest(eventId: string, value: number): Buffer {
  return request(`${BASE}/events/${eventId}/reward`, JSON.stringify({ value }))
}

/** With the headers of the released client. */
function request(path: string, body: string): Buffer {
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: */*\r\n` +
      `content-type: application/json; charset=utf-8\r\n` +
      `ocp-apim-subscription-key: bench\r\nx-bingapis-sdk-client: personalizer\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    'latin1',
  )
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100
}
