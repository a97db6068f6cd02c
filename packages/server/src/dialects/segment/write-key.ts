import { AdsumError, APP_HEADER, parseKeyText } from '@adsum/protocol'
import type { FastifyRequest } from 'fastify'
import type { Authenticator } from '../../access/authenticate.ts'
import type { AppApi, EngineApi } from '../../engine-api.ts'

export interface WriteKeyParts {
  readonly engine: EngineApi
  readonly authenticator: Authenticator
}

/**
 * The app that a request is for. The key in its headers was looked at before the body was read and
 * wins; else it is the one in the body (or, for settings, in the path).
 * @throws AdsumError `key_required`, `key_invalid`, `origin_not_allowed`, `app_unknown`, `rate_limited`
 */
export async function appOf(
  request: FastifyRequest,
  writeKey: string | null,
  { engine, authenticator }: WriteKeyParts,
): Promise<AppApi> {
  const { access, headers } = request
  if (access.kind !== 'keyless') {
    const named = headers[APP_HEADER]
    return engine.app(access.app ?? (typeof named === 'string' ? named : undefined))
  }
  if (writeKey !== null && parseKeyText(writeKey) !== null) {
    const { app, keyId } = authenticator.authenticateWriteKey(writeKey, headers.origin)
    request.ticket?.charge(keyId)
    return engine.app(app ?? undefined)
  }
  if (access.scopes.size === 0) throw new AdsumError('key_required')
  return onlyMappedApp(engine)
}

/**
 * The app for clients that need no key: the only one that maps their messages. Clients cannot leave
 * their write key out, so they may say anything; it means nothing.
 */
async function onlyMappedApp(engine: EngineApi): Promise<AppApi> {
  const apps = (await engine.apps()).map(({ name }) => engine.app(name))
  const [only, ...others] = apps.filter(({ declaration }) => declaration.dialects?.segment)
  if (only === undefined || others.length > 0) throw new AdsumError('key_required')
  return only
}
