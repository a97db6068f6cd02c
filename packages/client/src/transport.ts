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
interface Failure {
  readonly error: unknown
  /** Calls that may be made again: none, those that are safe, or also those that were refused. */
  readonly again: 'none' | 'safe' | 'refused'
  /** Milliseconds that the server asked for. */
  readonly afterMs: number | null
}
type Outcome = { readonly answer: unknown } | Failure

export function createTransport(options: TransportOptions): Transport {
  const random = options.random ?? randomFraction
  const sleep = options.sleep ?? sleepFor
  return async <Name extends RouteName>(name: Name, call: Call = {}) => {
    const request = toRequest(name, call, options)
    for (let tries = 1; ; tries += 1) {
      const outcome = await tryOnce(request, call, options.fetch ?? globalThis.fetch)
      if ('answer' in outcome) return outcome.answer as RouteAnswer<Name>
      const delay = mayTryAgain(outcome, call)
        ? delayBeforeRetry(tries, outcome.afterMs, random)
        : null
      if (delay === null) throw outcome.error
      await sleep(delay, call.signal)
    }
  }
}

function mayTryAgain(failure: Failure, { again }: Call): boolean {
  if (failure.again === 'refused') return again !== undefined
  return failure.again === 'safe' && again === 'safe'
}

interface HttpRequest {
  readonly url: string
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
    init: {
      method: endpoint.method,
      headers,
      ...(call.body !== undefined && { body: call.body }),
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
  { url, init }: HttpRequest,
  { signal, timeoutMs = TIMEOUT_MS }: Call,
  fetch: typeof globalThis.fetch,
): Promise<Outcome> {
  const timeout = AbortSignal.timeout(timeoutMs)
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout])
  try {
    const response = await fetch(url, { ...init, signal: either })
    if (response.ok) return { answer: await readAnswer(response) }
    const error = await refusalOf(response)
    const busy = response.status === 503
    const again = error.code === 'overloaded' ? 'refused' : busy ? 'safe' : 'none'
    return { error, again, afterMs: readRetryAfter(response.headers) }
  } catch (error) {
    if (signal?.aborted === true) return final(signal.reason)
    if (error instanceof AdsumError) return final(error)
    if (!timeout.aborted) return { error: unreachable(url, error), again: 'safe', afterMs: null }
    return final(new AdsumError('request_timeout', { seconds: timeoutMs / 1000 }, { cause: error }))
  }
}

const final = (error: unknown): Failure => ({ error, again: 'none', afterMs: null })

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text()
  try {
    return JSON.parse(text)
  } catch (cause) {
    const { url, status } = response
    throw new AdsumError('answer_unexpected', { url, status }, { cause })
  }
}

function randomFraction(): number {
  const [draw = 0] = crypto.getRandomValues(new Uint32Array(1))
  return draw / 2 ** 32
}

function sleepFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
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
