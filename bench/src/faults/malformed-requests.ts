import type { Random } from '@adsum/learning'
import { APP_HEADER, type Route, routes } from '@adsum/protocol'
import { largeBody } from './large-bodies.ts'
import { mutate, mutateText, nastyValue } from './nasty-values.ts'
import { APP, FILMS } from './small-app.ts'

/** A request as bytes. */
export interface Made {
  readonly bytes: Buffer
  /** What it is aimed at: a name of the route table, of {@link foreign}, or `raw`. */
  readonly route: string
  /** Not HTTP, or not for certain: it gets a connection of its own, which is closed behind it. */
  readonly isRaw: boolean
}

/** Share of requests that are left as they should be, so that the right ones are there to be mixed up. */
const RIGHT_SHARE = 0.2
/** A route whose right requests would fill the disk with copies. */
const NEVER_RIGHT = 'makeBackup'
/** Of so many requests one is not HTTP, or hardly. */
const RAW_EVERY = 25
/** Of so many requests one has a body as large as may be, or larger. */
const LARGE_EVERY = 1_000
/** People and events are few, so that they meet again. */
const PEOPLE = 500

/** How often a route is asked, relative to the others; 1 unless named. */
const weights: Readonly<Record<string, number>> = {
  sendEvents: 400,
  decide: 150,
  putItems: 80,
  listItems: 60,
  readUser: 60,
  reward: 50,
  readDecision: 40,
  eraseUser: 20,
  readReceipt: 30,
  uploadFile: 10,
  judgeFile: 20,
  makeApp: 20,
  readJob: 20,
  listApps: 10,
  health: 10,
}
const DIALECT_WEIGHT = 10
/** A check reads everything at rest, which takes seconds in the end: only so often is one sent that was drawn. */
const CHECK_EVERY = 50
const DIALECT_CALLS = ['track', 'identify', 'page', 'screen', 'group', 'alias', 'batch', 'import']

interface Target {
  readonly method: string
  readonly path: string
}

/** Addresses outside the route table: the calls of Segment, and those that nobody takes. */
const foreign: Readonly<Record<string, Target>> = {
  ...Object.fromEntries(
    DIALECT_CALLS.map((call) => [`segment-${call}`, { method: 'POST', path: `/v1/${call}` }]),
  ),
  nowhere: { method: 'GET', path: '/v2/%2e%2e/nowhere' },
  options: { method: 'OPTIONS', path: '/v1/events' },
  patch: { method: 'PATCH', path: '/v1/users/{id}' },
  metrics: { method: 'GET', path: '/metrics' },
}

const targets = new Map<string, Target | Route>([
  ...Object.entries<Route>(routes),
  ...Object.entries(foreign),
])
/** Names of targets, each as often as its weight says. */
const drawn: readonly string[] = [...targets.keys()].flatMap((name) => {
  const weight = weights[name] ?? (Object.hasOwn(foreign, name) ? DIALECT_WEIGHT : 1)
  return Array.from({ length: weight }, () => name)
})

/** Makes requests, most of them wrong in one or two ways, the same ones for the same seed. */
export class RequestMaker {
  readonly #random: Random
  #made = 0

  constructor(random: Random) {
    this.#random = random
  }

  next(): Made {
    this.#made++
    if (this.#random.below(RAW_EVERY) === 0) {
      return { bytes: this.#raw(), route: 'raw', isRaw: true }
    }
    if (this.#random.below(LARGE_EVERY) === 0) return this.#large()
    const name = this.#name()
    const target = targets.get(name) as Target
    const isRight = name !== NEVER_RIGHT && this.#random.next() < RIGHT_SHARE
    const path = this.#path(target.path, name, isRight)
    const hasBody = target.method !== 'GET' && target.method !== 'DELETE'
    const body = hasBody ? this.#body(name, isRight) : Buffer.alloc(0)
    const head = [
      `${target.method} ${path} HTTP/1.1`,
      ...this.#headers(name, isRight),
      ...(hasBody ? [`content-length: ${body.length}`] : []),
    ]
    const bytes = Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), body])
    return { bytes, route: name, isRaw: false }
  }

  #name(): string {
    const name = drawn[this.#random.below(drawn.length)] ?? 'health'
    if (name === 'checkData' && this.#random.below(CHECK_EVERY) > 0) return 'health'
    return name
  }

  #large(): Made {
    const { route, body } = largeBody(this.#random)
    const { method, path } = routes[route]
    const bytes = Buffer.from(body)
    const head = [
      `${method} ${path} HTTP/1.1`,
      ...this.#headers(route, true),
      `content-length: ${bytes.length}`,
    ]
    const start = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
    return { bytes: Buffer.concat([start, bytes]), route, isRaw: false }
  }

  #path(pattern: string, name: string, isRight: boolean): string {
    let id = `${APP}-${this.#random.below(PEOPLE)}`
    if (!isRight && this.#random.below(2) === 0) id = addressable(String(nastyValue(this.#random)))
    const path = pattern.replace('{id}', id === '' ? '%20' : id)
    if (name === 'uploadFile') return `${path}?name=${isRight ? 'events.csv' : id}`
    if (name !== 'listItems' && this.#random.below(8) > 0) return path
    const question = ['id', 'ids', 'search', 'limit', '__proto__', 'a[b]'][this.#random.below(6)]
    return `${path}?${question}=${addressable(String(nastyValue(this.#random)))}`
  }

  #headers(name: string, isRight: boolean): string[] {
    const type = name === 'uploadFile' ? 'text/csv' : 'application/json'
    const headers = ['host: 127.0.0.1', `${APP_HEADER}: ${APP}`, `content-type: ${type}`]
    if (isRight || this.#random.below(5) > 0) return headers
    const odd = [
      'content-type: text/plain',
      'content-type: application/json; charset=utf-16',
      'content-type: ;;;',
      'content-encoding: gzip',
      'origin: https://evil.example',
      'host: evil.example',
      `${APP_HEADER}: __proto__`,
      `${APP_HEADER}: \xff\xfe`,
      'authorization: Bearer x',
      'authorization: Basic !!!!',
      `authorization: Bearer ${'e30.'.repeat(500)}`,
      'expect: 100-continue',
      'accept-encoding: *;q=0',
      `cookie: ${'a=b; '.repeat(1_000)}`,
      'range: bytes=-1',
      'x-forwarded-for: 10.0.0.1, 10.0.0.2',
    ]
    headers.push(odd[this.#random.below(odd.length)] ?? '')
    // The host stays: without one a request is not HTTP, and those are made apart.
    if (this.#random.below(2) === 0) headers.splice(1 + this.#random.below(2), 1)
    return headers
  }

  #body(name: string, isRight: boolean): Buffer {
    if (name === 'uploadFile') return this.#file(isRight)
    const value = this.#rightBody(name)
    if (isRight) return Buffer.from(JSON.stringify(value))
    if (this.#random.below(4) === 0) return mutateText(JSON.stringify(value), this.#random)
    for (let times = this.#random.below(3); times >= 0; times--) mutate(value, this.#random)
    return Buffer.from(JSON.stringify(value))
  }

  #file(isRight: boolean): Buffer {
    const rows =
      'user,item,time\nana,film-1,2026-01-01T00:00:00Z\nben,film-2,2026-01-02T00:00:00Z\n'
    return isRight ? Buffer.from(rows) : mutateText(rows, this.#random)
  }

  #rightBody(name: string): object {
    switch (name) {
      case 'sendEvents':
        return { events: Array.from({ length: 1 + this.#random.below(4) }, () => this.#event()) }
      case 'decide':
        return { surface: 'home', user: this.#person(), context: { device: 'tv' }, limit: 5 }
      case 'putItems':
        return { items: [{ type: 'movie', id: this.#film(), attributes: { title: 'A film' } }] }
      case 'reward':
        return { value: this.#random.below(5), time: '2026-01-01T00:00:00Z' }
      case 'makeApp':
        return { name: 'made', mapping: { user: 'user', item: 'item' } }
      case 'judgeFile':
        return { mapping: { user: 'user', item: 'item' } }
      default:
        return name.startsWith('segment-') ? this.#dialectBody(name) : {}
    }
  }

  #dialectBody(name: string): object {
    const message = {
      type: 'track',
      messageId: `s-${this.#made}`,
      userId: this.#person(),
      event: 'watched',
      properties: { item: this.#film() },
      timestamp: '2026-01-01T00:00:00Z',
      context: { library: { name: 'x' } },
    }
    return /batch|import/.test(name) ? { batch: [message, message] } : message
  }

  #event(): object {
    return {
      id: `m-${this.#made}-${this.#random.below(4)}`,
      type: 'watched',
      user: this.#person(),
      item: this.#film(),
      value: 1 + this.#random.below(4),
      time: '2026-01-01T00:00:00Z',
      context: { device: 'tv' },
    }
  }

  #person(): string {
    return `${APP}-${this.#random.below(PEOPLE)}`
  }

  #film(): string {
    return `film-${this.#random.below(FILMS)}`
  }

  /** Half requests, two requests where proxies see one, and what is no request at all. */
  #raw(): Buffer {
    const body = JSON.stringify({ events: [{ ...this.#event(), user: 'smuggled' }] })
    const start = `POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n`
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n`
    const raw = [
      `${start}content-length: ${body.length}\r\ntransfer-encoding: chunked\r\n\r\n${chunk}0\r\n\r\n`,
      `${start}content-length: ${body.length}\r\ncontent-length: 4\r\n\r\n${body}`,
      `${start}content-length: +${body.length}\r\n\r\n${body}`,
      `${start}content-length: ${body.length + 50}\r\n\r\n${body}`,
      `${start}content-length: 99999999999999999999\r\n\r\n${body}`,
      `${start}transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n${body}`,
      `${start}transfer-encoding: chunked\r\n\r\n${chunk}`,
      `${start}transfer-encoding: xchunked\r\n\r\n${chunk}0\r\n\r\n`,
      `${start}transfer-encoding : chunked\r\n\r\n${chunk}0\r\n\r\n`,
      `${start} folded: header\r\ncontent-length: 0\r\n\r\n`,
      `${start}x-nul: a\0b\r\ncontent-length: 0\r\n\r\n`,
      `${start}x: ${'y'.repeat(20_000)}\r\n\r\n`,
      start,
      start.slice(0, this.#random.below(start.length)),
      start.replaceAll('\r\n', '\n').concat('\n'),
      'GET /healthz HTTP/9.9\r\n\r\n',
      'GET /healthz HTTP/1.1\r\n\r\n',
      'GET http://evil.example/healthz HTTP/1.1\r\nhost: evil.example\r\n\r\n',
      'CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\n\r\n',
      'get /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
      `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`,
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      '\r\n'.repeat(1_000),
      'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n'.repeat(20),
      'GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n',
    ]
    return Buffer.from(raw[this.#random.below(raw.length)] ?? '', 'latin1')
  }
}

/** A text as it may stand in an address: percent-encoded, where that can be done at all. */
function addressable(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : '%ED%A0%80'
}
