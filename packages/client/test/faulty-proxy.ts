import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * What happens to one request on its way. `refuse` cuts the line before the server has seen it; `lose`
 * and `half` after the server has done its work, without an answer or in the middle of it.
 */
export type Fault =
  | 'pass'
  | 'refuse'
  | 'lose'
  | 'half'
  | 'nonsense'
  | { readonly status: number; readonly retryAfterSeconds?: number }

/** What the server says with these statuses. */
const CODES: Readonly<Record<number, string>> = {
  400: 'request_invalid',
  401: 'key_invalid',
  403: 'key_forbidden',
  404: 'app_unknown',
  408: 'request_timeout',
  413: 'body_too_large',
  429: 'rate_limited',
  503: 'overloaded',
}

export interface FaultyProxy {
  readonly url: string
  readonly port: number
  /** The bodies that came, whatever became of them. */
  readonly bodies: string[]
  close(): Promise<void>
}

/** A line to a server that breaks as it is told, request by request. */
export async function startFaultyProxy(
  target: string,
  nextFault: (request: IncomingMessage, body: string) => Fault,
  port = 0,
): Promise<FaultyProxy> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    void relay(target, request, response, bodies, nextFault)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    bodies,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function relay(
  target: string,
  request: IncomingMessage,
  response: ServerResponse,
  bodies: string[],
  nextFault: (request: IncomingMessage, body: string) => Fault,
): Promise<void> {
  let body = ''
  for await (const chunk of request) body += chunk
  bodies.push(body)
  const fault = nextFault(request, body)
  if (fault === 'refuse') return void request.socket.resetAndDestroy()
  if (typeof fault === 'object') {
    const { status, retryAfterSeconds } = fault
    const error = { code: CODES[status] ?? 'internal', message: 'Planted.' }
    if (retryAfterSeconds !== undefined) response.setHeader('retry-after', retryAfterSeconds)
    return void response.writeHead(status).end(JSON.stringify({ error }))
  }
  const answer = await fetch(target + request.url, {
    method: request.method ?? 'GET',
    headers: forwarded(request),
    ...(body !== '' && { body }),
  })
  const text = await answer.text()
  if (fault === 'lose') return void request.socket.destroy()
  if (fault === 'nonsense') return void response.writeHead(200).end('{"results":[]}')
  const type = answer.headers.get('content-type') ?? 'application/json'
  response.writeHead(answer.status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
  })
  if (fault === 'pass') return void response.end(text)
  response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy())
}

/** Headers that matter to the server, as they came. */
function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const names = ['content-type', 'authorization', 'adsum-app', 'origin']
  return Object.fromEntries(
    names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  )
}
