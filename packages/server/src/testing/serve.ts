/** A server on a real socket for one test, and ways to speak to it that `fetch` does not offer. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { onTestFinished } from 'vitest'
import { createServer, type EngineApi, type ServerOptions } from '../index.ts'
import { MemoryEngine } from './memory-engine.ts'

export interface Served<Engine extends EngineApi> {
  readonly engine: Engine
  readonly server: FastifyInstance
  /** Without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Every line that the server logged. */
  readonly log: readonly string[]
}

/** Serves an engine until the test is over. */
export async function serve<Engine extends EngineApi>(
  engine: Engine,
  options: Partial<ServerOptions> = {},
): Promise<Served<Engine>> {
  const log: string[] = []
  const server = createServer({
    engine,
    version: '1.2.3',
    log: { write: (line) => log.push(line) },
    ...options,
  })
  onTestFinished(async () => {
    server.server.closeAllConnections()
    await server.close()
  })
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { engine, server, url, port: Number(new URL(url).port), log }
}

/** Serves an engine in memory with one app, `cinema`. */
export async function serveMemory(
  options: Partial<ServerOptions> = {},
): Promise<Served<MemoryEngine>> {
  return serve(new MemoryEngine('cinema'), options)
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** Sends JSON; a body that is a string goes as it stands. */
export async function send(
  url: string,
  method = 'GET',
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: JSON.parse(text) }
}

/** The code of a refusal. */
export function codeOf({ body }: Pick<Answer, 'body'>): string {
  return errorOf(body).code
}

export function errorOf(body: unknown): { code: string; message: string; path?: string } {
  return (body as { error: { code: string; message: string; path?: string } }).error
}

/** A bare connection, closed when the test is over. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Everything that arrives until the other side closes, or until `enough` says so. */
export async function listen(
  socket: Socket,
  enough: (text: string) => boolean = () => false,
): Promise<string> {
  let text = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    text += String(chunk)
    if (enough(text)) return text
  }
  return text
}
