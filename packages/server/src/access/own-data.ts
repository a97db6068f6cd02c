import { AdsumError, type RouteName } from '@adsum/protocol'
import type { AppApi } from '../engine-api.ts'
import type { Access } from './access.ts'
import type { Authenticator } from './authenticate.ts'

/** What a request concerns, once it is taken apart. */
interface Concern {
  readonly app: AppApi | undefined
  readonly id: string
  readonly body: unknown
}

type Check = (subject: string, concern: Concern) => Promise<void> | void

/** Routes that an end-user token may ask, and how each is held to the token's subject. */
const checks: Partial<Record<RouteName, Check>> = {
  sendEvents: (subject, { body }) => {
    const { events } = body as { readonly events: readonly unknown[] }
    const stranger = events.findIndex((event) => userOf(event) !== subject)
    if (stranger >= 0) throw strange(`events[${stranger}].user`)
  },
  decide: (subject, { body }) => {
    if (userOf(body) !== subject) throw strange('user')
  },
  readDecision: requireOwnDecision,
  reward: requireOwnDecision,
  activateDecision: requireOwnDecision,
  readUser: requireSelf,
  eraseUser: requireSelf,
}

/**
 * Holds an end-user token to its subject, and spends it where it erases. Others pass.
 * @throws AdsumError `key_forbidden`; `decision_unknown` for decisions of others, as for those that are
 *   not there; `token_stale`, `token_spent`
 */
export async function requireOwnData(
  access: Access,
  name: RouteName,
  concern: Concern,
  authenticator: Authenticator,
): Promise<void> {
  if (access.kind !== 'end-user') return
  const check = checks[name]
  if (check === undefined || access.subject === null) throw strange('')
  await check(access.subject, concern)
  if (name === 'eraseUser') authenticator.spendForErasure(access)
}

function requireSelf(subject: string, { id }: Concern): void {
  if (id !== subject) throw strange('id')
}

async function requireOwnDecision(subject: string, { app, id }: Concern): Promise<void> {
  const decision = await app?.readDecision(id)
  if (decision?.user !== subject) throw new AdsumError('decision_unknown', { decision: id })
}

function userOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'user' in value ? value.user : undefined
}

function strange(path: string): AdsumError {
  return new AdsumError('key_forbidden', { scope: 'data of others' }, { path })
}
