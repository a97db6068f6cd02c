import {
  AdsumError,
  APP_HEADER,
  endpoints,
  type RouteAnswer,
  type RouteName,
} from '@adsum/protocol'
import { refusalOf, unreachable } from './failure.ts'
import { delayBeforeRetry, readRetryAfter } from './retry.ts'

/** Milliseconds that one try may take. */
export const TIMEOUT_MS = 30_000

/** How a client reaches its server. Time and chance can be replaced, so that tests need neither. */
export interface TransportOptions {
  /** The server's address, such as `http://127.0.0.1:3000`; empty means the page's own origin. */
  readonly url: string
  /** The app's name; may be left out where only one runs. */
  readonly app?: string
  /** A write key or a secret key; a page may only ever hold a write key. */
  readonly key?: string
  /**
   * An end-user token signed by the app's backend, or what fetches one; asked anew for every try, so
   * that it may be short-lived. It goes before the key.
   */
  readonly token?: string | (() => Promise<string>)
  readonly fetch?: typeof globalThis.fetch
  /** Evenly spread over [0, 1). */
  readonly random?: () => number
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
}

/** What a caller may say about any call. */
export interface CallOptions {
  /** Ends the call; it then fails with the signal's reason. */
  readonly signal?: AbortSignal
  /** Milliseconds that one try may take; 30,000 unless given. */
  readonly timeoutMs?: number
}

/** One call of a route. */
export interface Call extends CallOptions {
  readonly id?: string
  readonly query?: Readonly<Record<string, string | number | readonly string[] | undefined>>
  readonly body?: BodyInit
  readonly contentType?: string
  /** Lets the request outlive the page; browsers then allow 64 KiB for all such bodies together. */
  readonly keepalive?: boolean
  /**
   * What may be tried again: `safe` means that doing it twice is doing it once; `refused` that it may
   * be done again only where the server says that it did nothing.
   */
  readonly again?: 'safe' | 'refused'
}

/** @throws AdsumError with the server's code, or `server_unreachable`, `request_timeout`, `answer_unexpected` */
export type Transport = <Name extends RouteName>(
  name: Name,
  call?: Call,
) => Promise<RouteAnswer<Name>>

/** What became of one try that failed. */
export interface Failure {
  readonly error: unknown
  /** The HTTP status of the answer; `null` where none came. */
  readonly status: number | null
  /** Calls that may be made again: none, those that are safe, or also those that were refused. */
  readonly again: 'none' | 'safe' | 'refused'
  /** Milliseconds that the server asked for. */
  readonly afterMs: number | null
}
export type Outcome = { readonly answer: unknown } | Failure

/** Makes a call once, whatever comes of it. */
export type Attempt = (name: RouteName, call: Call) => Promise<Outcome>

export function createTransport(options: TransportOptions): Transport {
  const random = options.random ?? randomFraction
  const sleep = options.sleep ?? sleepFor
  const attempt = createAttempt(options)
  return async <Name extends RouteName>(name: Name, call: Call = {}) => {
    for (let tries = 1; ; tries += 1) {
      const outcome = await attempt(name, call)
      if ('answer' in outcome) return outcome.answer as RouteAnswer<Name>
      const delay = mayTryAgain(outcome, call)
        ? delayBeforeRetry(tries, outcome.afterMs, random)
        : null
      if (delay === null) throw outcome.error
      await sleep(delay, call.signal)
    }
  }
}

export function createAttempt(options: TransportOptions): Attempt {
  return async (name, call) => {
    const request = toRequest(name, call, options)
    try {
      const authorization = await authorizationOf(options)
      if (authorization !== null) request.headers.authorization = authorization
    } catch (error) {
      // Whoever fetches the token knows what went wrong; nothing was sent.
      return { error, status: null, again: 'none', afterMs: null }
    }
    return tryOnce(request, call, options.fetch ?? globalThis.fetch)
  }
}

async function authorizationOf({ key, token }: TransportOptions): Promise<string | null> {
  const credential = (typeof token === 'function' ? await token() : token) ?? key
  return credential === undefined ? null : `Bearer ${credential}`
}

function mayTryAgain(failure: Failure, { again }: Call): boolean {
  if (failure.again === 'refused') return again !== undefined
  return failure.again === 'safe' && again === 'safe'
}

interface HttpRequest {
  readonly url: string
  readonly headers: Record<string, string>
  readonly init: RequestInit
}

function toRequest(name: RouteName, call: Call, { url, app }: TransportOptions): HttpRequest {
  const endpoint = endpoints[name]
  const headers: Record<string, string> = {}
  if (endpoint.app && app !== undefined) headers[APP_HEADER] = app
  if (call.body !== undefined) headers['content-type'] = call.contentType ?? 'application/json'
  const path = endpoint.path.replace('{id}', () => toPathPart(call.id ?? ''))
  return {
    url: `${url.replace(/\/+$/, '')}${path}${toQuery(call.query ?? {})}`,
    headers,
    init: {
      method: endpoint.method,
      ...(call.body !== undefined && { body: call.body }),
      ...(call.keepalive === true && { keepalive: true }),
      // Node asks for this where the body is a stream.
      ...(call.body instanceof ReadableStream && { duplex: 'half' }),
    },
  }
}

/** @throws AdsumError `request_invalid` for what a URL cannot carry; `.` and `..` would change the path */
function toPathPart(id: string): string {
  if (/^\.{0,2}$/.test(id) || !id.isWellFormed()) {
    const problem = 'it cannot stand in an address'
    throw new AdsumError('request_invalid', { problem }, { path: 'id' })
  }
  return encodeURIComponent(id)
}

function toQuery(query: NonNullable<Call['query']>): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const part of value === undefined ? [] : [value].flat())
      parameters.append(name, String(part))
  }
  return parameters.size === 0 ? '' : `?${parameters}`
}

async function tryOnce(
  { url, headers, init }: HttpRequest,
  { signal, timeoutMs = TIMEOUT_MS }: Call,
  fetch: typeof globalThis.fetch,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  try {
    const response = await fetch(url, { ...init, headers, signal: either })
    if (response.ok) return { answer: await readAnswer(response) }
    const error = await refusalOf(response)
    const busy = response.status === 503
    const again = refusedUnstored(error) ? 'refused' : busy ? 'safe' : 'none'
    return { error, status: response.status, again, afterMs: readRetryAfter(response.headers) }
  } catch (error) {
    if (signal?.aborted === true) return final(signal.reason)
    if (error instanceof AdsumError) return final(error)
    if (!timeout.aborted) {
      return { error: unreachable(url, error), status: null, again: 'safe', afterMs: null }
    }
    return final(new AdsumError('request_timeout', { seconds: timeoutMs / 1000 }, { cause: error }))
  }
}

const final = (error: unknown): Failure => ({ error, status: null, again: 'none', afterMs: null })

/** Refusals that say that nothing was done and that it is worth another try. */
function refusedUnstored({ code }: AdsumError): boolean {
  return code === 'overloaded' || code === 'rate_limited'
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { url, status } = response
    throw new AdsumError('answer_unexpected', { url, status }, { cause })
  }
}

/** Evenly spread over [0, 1). */
export function randomFraction(): number {
  const [draw = 0] = crypto.getRandomValues(new Uint32Array(1))
  return draw / 2 ** 32
}

export function sleepFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const wake = setTimeout(finish, milliseconds)
    function finish(): void {
      clearTimeout(wake)
      signal?.removeEventListener('abort', finish)
      if (signal?.aborted === true) reject(signal.reason)
      else resolve()
    }
    signal?.addEventListener('abort', finish)
    if (signal?.aborted === true) finish()
  })
}
