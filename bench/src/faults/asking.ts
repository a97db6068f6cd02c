import type { AppView, UserView } from '@adsum/protocol'
import { APP } from './small-app.ts'

/** An answer, whatever its status. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Milliseconds that an answer may take before the server counts as stuck. */
const ANSWER_MS_MAX = 30_000

/** Asks a server; null when the connection ended without an answer, as it does when the server is killed. */
export async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer | null> {
  try {
    const response = await fetch(url + path, {
      method,
      headers: {
        'adsum-app': APP,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    })
    return { status: response.status, body: await response.json() }
  } catch (fault) {
    // What fetch throws when the connection breaks, whether before or within the answer.
    if (fault instanceof TypeError || fault instanceof SyntaxError) return null
    throw fault
  }
}

/** What a server shows of a person; null when it knows nobody of this name. */
export async function readUser(url: string, user: string): Promise<UserView | null> {
  const answer = await ask(url, 'GET', `/v1/users/${encodeURIComponent(user)}`)
  if (answer?.status === 404) return null
  return required(answer, `the events of ${user}`) as UserView
}

/** How the app stands. */
export async function readApp(url: string): Promise<AppView> {
  const answer = await ask(url, 'GET', '/v1/apps')
  const { apps } = required(answer, 'the apps') as { readonly apps: readonly AppView[] }
  const app = apps.find(({ name }) => name === APP)
  if (app === undefined) throw new Error('the server has lost its app')
  return app
}

function required(answer: Answer | null, what: string): unknown {
  if (answer?.status === 200) return answer.body
  throw new Error(`asked for ${what}, got ${answer === null ? 'nothing' : JSON.stringify(answer)}`)
}
