/**
 * Walks every route with every kind of credential of one app and the identifiers of another, and looks
 * for anything of the other app in the answers.
 */

import type { FastifyInstance } from 'fastify'
import { served } from '../../src/dialects/azure/operations.ts'
import { API_VERSION } from '../../src/dialects/azure/paths.ts'
import type { Tenant } from './two-apps.ts'

export const PUBLIC_HOST = 'adsum.example'

interface Ask {
  readonly url: string
  readonly body?: unknown
  readonly contentType?: string
}

interface RouteAsk {
  /** Whether the route answers out of the app that asks, whatever it is asked about. */
  readonly fromOwn?: boolean
  /** Whether what is asked is refused to everybody, with a status of the protocol. */
  readonly refuses?: boolean
  /** Whether everybody may ask. */
  readonly open?: boolean
  /** What is stored by it names nothing but a person of the victim, for it is then the asker's own. */
  ask(victim: Tenant, asker: Tenant): Ask
}

const at = (ask: (victim: Tenant) => string): RouteAsk => ({
  ask: (victim) => ({ url: ask(victim) }),
})
const message = (type: string, user: string, item: string): Ask => ({
  url: `/v1/${type}`,
  body: {
    messageId: `m-${type}-${user}`,
    type,
    userId: user,
    event: 'Product Viewed',
    properties: { product_id: item },
  },
})
const batched = (url: string): RouteAsk => ({
  fromOwn: true,
  ask: ({ person }, { item }) => ({ url, body: { batch: [message('track', person, item).body] } }),
})
const TRACKED = [
  'track',
  't',
  'identify',
  'i',
  'page',
  'p',
  'screen',
  's',
  'group',
  'g',
  'alias',
  'a',
]

const rankable = ({ item }: Tenant) => [{ id: item, features: [{ near: true }] }]
const PERSONALIZER_BODIES: Readonly<Record<string, (victim: Tenant, asker: Tenant) => unknown>> = {
  'POST /rank': (_victim, asker) => ({ actions: rankable(asker) }),
  'POST /multislot/rank': (_victim, asker) => ({
    actions: rankable(asker),
    slots: [{ id: 'top', baselineAction: asker.item }],
  }),
  'POST /events/:id/reward': () => ({ value: 1 }),
  'POST /multislot/events/:id/reward': () => ({ reward: [{ slotId: 'top', value: 1 }] }),
  'PUT /configurations/service': () => ({
    ...{ rewardWaitTime: 'PT20M', defaultReward: 0, rewardAggregation: 'sum' },
    ...{ explorationPercentage: 0.3, modelExportFrequency: 'PT1M', logRetentionDays: -1 },
  }),
  'PUT /configurations/policy': () => ({ name: 'walk', arguments: '--cb_explore_adf' }),
  'POST /configurations/applyFromEvaluation': ({ evaluation }) => ({
    ...{ evaluationId: evaluation, policyName: 'Random' },
  }),
  'POST /evaluations': () => ({
    ...{ name: 'walk', startTime: '2020-01-01', endTime: '2100-01-01', policies: [] },
  }),
}
/** What the asker's own loop cannot do as it is asked: refused like what is somebody else's. */
const PERSONALIZER_REFUSED: ReadonlySet<string> = new Set([
  'POST /logs/interactions',
  'POST /logs/observations',
  'PUT /model',
  // Once the walk has erased the log.
  'POST /evaluations',
])

/** Every operation of the Personalizer dialect, about events and evaluations of the victim. */
function personalizerAsks(): [string, RouteAsk][] {
  return served.map(({ prefix, operation: { method, path } }) => {
    const name = `${method} ${path}`
    const isOne = path.startsWith('/evaluations/')
    return [
      `${method} ${prefix}${path}`,
      {
        fromOwn: !isOne && name !== 'POST /configurations/applyFromEvaluation',
        refuses: PERSONALIZER_REFUSED.has(name),
        ask: (victim, asker) => {
          const id = isOne ? victim.evaluation : victim.event
          const body = PERSONALIZER_BODIES[name]?.(victim, asker)
          return {
            url: `${prefix}${path.replace(':id', id)}?api-version=${API_VERSION}`,
            ...(body !== undefined && { body }),
          }
        },
      },
    ]
  })
}

/** How to ask each route about a victim. A route that is missing here makes the test fail. */
export const asks: Readonly<Record<string, RouteAsk>> = {
  'POST /v1/events': {
    fromOwn: true,
    ask: ({ person }, { item }) => ({
      url: '/v1/events',
      body: { events: [{ id: `by-walk-${person}`, type: 'viewed', user: person, item }] },
    }),
  },
  'PUT /v1/items': {
    fromOwn: true,
    ask: () => ({
      url: '/v1/items',
      body: { items: [{ type: 'thing', id: 'by-walk', attributes: { title: 'By the walk' } }] },
    }),
  },
  'GET /v1/items': { ...at(({ item }) => `/v1/items?id=${item}`), fromOwn: true },
  'POST /v1/decisions': {
    fromOwn: true,
    ask: ({ person }) => ({ url: '/v1/decisions', body: { surface: 'home', user: person } }),
  },
  'GET /v1/decisions/:id': at(({ decision }) => `/v1/decisions/${decision}`),
  'POST /v1/decisions/:id/reward': {
    ask: ({ decision }) => ({ url: `/v1/decisions/${decision}/reward`, body: { value: 1 } }),
  },
  'POST /v1/decisions/:id/activate': {
    ask: ({ decision }) => ({ url: `/v1/decisions/${decision}/activate` }),
  },
  // Both apps call their surface alike: each is told of its own.
  'GET /v1/surfaces/:id': { ...at(() => '/v1/surfaces/home'), fromOwn: true },
  'GET /v1/users/:id': at(({ neighbour }) => `/v1/users/${neighbour}`),
  'DELETE /v1/users/:id': at(({ neighbour }) => `/v1/users/${neighbour}`),
  'GET /v1/receipts/:id': at(({ receipt }) => `/v1/receipts/${receipt}`),
  'GET /v1/quarantine': { ...at(() => '/v1/quarantine?limit=100'), fromOwn: true },
  'POST /v1/quarantine/replay': {
    ask: ({ quarantined }) => ({ url: '/v1/quarantine/replay', body: { ids: [quarantined] } }),
  },
  'DELETE /v1/quarantine/:id': at(({ quarantined }) => `/v1/quarantine/${quarantined}`),
  'GET /v1/apps': { ...at(() => '/v1/apps'), fromOwn: true },
  'POST /v1/files': {
    ask: () => ({ url: '/v1/files?name=a.csv', body: 'user,item\n1,2\n', contentType: 'text/csv' }),
  },
  'POST /v1/files/:id/verdict': {
    ask: ({ file }) => ({ url: `/v1/files/${file}/verdict`, body: {} }),
  },
  'POST /v1/files/:id/app': {
    ask: ({ file, app }) => ({ url: `/v1/files/${file}/app`, body: { name: app } }),
  },
  'GET /v1/jobs/:id': at(({ job }) => `/v1/jobs/${job}`),
  'GET /v1/keys': { ...at(() => '/v1/keys'), fromOwn: true },
  'POST /v1/keys': {
    ask: ({ app }) => ({ url: '/v1/keys', body: { kind: 'secret', app, name: 'by-walk' } }),
  },
  'POST /v1/keys/:id/origins': {
    ask: ({ keyIds }) => ({
      url: `/v1/keys/${keyIds[0]}/origins`,
      body: { origin: 'https://evil.example' },
    }),
  },
  'DELETE /v1/keys/:id': at(({ keyIds }) => `/v1/keys/${keyIds[1]}`),
  'POST /v1/backups': { ask: () => ({ url: '/v1/backups', body: { withKeys: true } }) },
  'POST /v1/checks': { ask: () => ({ url: '/v1/checks' }) },
  'GET /metrics': at(() => '/metrics'),
  'GET /healthz': { ...at(() => '/healthz'), open: true },
  'GET /openapi.json': { ...at(() => '/openapi.json'), open: true },
  ...Object.fromEntries(
    TRACKED.map((type): [string, RouteAsk] => [
      `POST /v1/${type}`,
      { fromOwn: true, ask: (_victim, { person, item }) => message(type, person, item) },
    ]),
  ),
  'POST /v1/batch': batched('/v1/batch'),
  'POST /v1/b': batched('/v1/b'),
  // What browser clients report on themselves: taken from anybody, and thrown away.
  'POST /v1/m': { open: true, ask: () => ({ url: '/v1/m', body: { series: [] } }) },
  'GET /v1/projects/:writeKey/settings': {
    ...at(({ app }) => `/v1/projects/${app}/settings`),
    fromOwn: true,
  },
  ...Object.fromEntries(personalizerAsks()),
}

/** One kind of credential; end-user tokens are signed anew for each request. */
export interface Credential {
  readonly name: string
  readonly isKeyless?: boolean
  authorization(): string | null
}

export function credentialsOf({ writeKey, secretKey, signer, app, person }: Tenant): Credential[] {
  const endUser = (): string => {
    const iat = Math.floor(Date.now() / 1000)
    const claims = { sub: person, aud: app, iat, exp: iat + 60, jti: crypto.randomUUID() }
    return `Bearer ${signer.sign(claims)}`
  }
  return [
    { name: 'write key', authorization: () => `Bearer ${writeKey}` },
    { name: 'secret key', authorization: () => `Bearer ${secretKey}` },
    { name: 'end-user token', authorization: endUser },
    { name: 'keyless', isKeyless: true, authorization: () => null },
  ]
}

/** Whether a route is one of the Personalizer dialect, of which there are many. */
export function isPersonalizer(route: string): boolean {
  return route.includes(' /personalizer/')
}

/** Statuses that refuse. */
const REFUSALS: ReadonlySet<number> = new Set([401, 403, 404])

/**
 * Asks everything about the victim. @returns what went wrong, one line each; nothing when the apps are
 * apart. @param canaries what no answer may contain unless the request said it
 */
export async function walk(
  server: FastifyInstance,
  credentials: readonly Credential[],
  asker: Tenant,
  victim: Tenant,
  canaries: readonly string[],
  asked: (route: string) => boolean = () => true,
): Promise<string[]> {
  const findings: string[] = []
  for (const [route, { ask, fromOwn = false, open = false, refuses = false }] of Object.entries(
    asks,
  )) {
    if (!asked(route)) continue
    for (const credential of credentials) {
      for (const named of [undefined, asker.app, victim.app]) {
        const said = ask(victim, asker)
        const answer = await send(server, route, said, credential, named)
        const what = `${route} with ${credential.name}, adsum-app ${named ?? 'unsaid'}`
        const isForeign = named === victim.app && named !== asker.app
        const mayAnswer = credential.isKeyless === true ? open : (fromOwn || open) && !isForeign
        const isRefused = REFUSALS.has(answer.status) || (refuses && answer.status === 400)
        if (!isRefused && !(mayAnswer && answer.status < 300)) {
          findings.push(`${what}: answered ${answer.status}`)
        }
        const leaked = leaksIn(answer.text, `${JSON.stringify(said)} ${named}`, victim, canaries)
        for (const canary of leaked) findings.push(`${what}: leaked ${canary}`)
      }
    }
  }
  return findings
}

async function send(
  server: FastifyInstance,
  route: string,
  { url, body, contentType = 'application/json' }: Ask,
  credential: Credential,
  named: string | undefined,
): Promise<{ status: number; text: string }> {
  const [method = ''] = route.split(' ')
  const authorization = credential.authorization()
  const answer = await server.inject({
    method: method as 'GET' | 'POST' | 'PUT' | 'DELETE',
    url,
    headers: {
      host: PUBLIC_HOST,
      ...(authorization !== null && { authorization }),
      ...(named !== undefined && { 'adsum-app': named }),
      ...(body !== undefined && { 'content-type': contentType }),
    },
    ...(body !== undefined && { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  return { status: answer.statusCode, text: `${JSON.stringify(answer.headers)} ${answer.body}` }
}

/** Canaries in an answer, but for words of the request that it repeats. */
function leaksIn(
  answer: string,
  request: string,
  victim: Tenant,
  canaries: readonly string[],
): string[] {
  const words = Object.values(victim)
    .flat()
    .filter((word) => typeof word === 'string')
  let rest = answer
  for (const word of words.sort((a, b) => b.length - a.length)) {
    if (word !== victim.canary && request.includes(word)) rest = rest.replaceAll(word, '')
  }
  return canaries.filter((canary) => rest.includes(canary))
}
