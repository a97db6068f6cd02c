import { AdsumError, EVERY_APP, type KeyCreated, type KeyOrder, keyScopes } from '@adsum/protocol'
import type { EngineApi } from '../engine-api.ts'
import type { Access } from './access.ts'

/**
 * Makes a key for whoever asks: it reaches no app that they do not, and may nothing that they may not.
 * @throws AdsumError `app_unknown`, `key_forbidden`, `access_key_limit`, `request_invalid`
 */
export async function createKey(
  engine: EngineApi,
  { app, scopes }: Access,
  order: KeyOrder,
): Promise<KeyCreated> {
  if (app !== null && order.app !== app) {
    throw new AdsumError('app_unknown', { app: order.app, known: app }, { path: 'app' })
  }
  if (order.app !== EVERY_APP) engine.app(order.app)
  for (const scope of keyScopes(order.kind, order.scopes)) {
    if (!scopes.has(scope)) throw new AdsumError('key_forbidden', { scope }, { path: 'scopes' })
  }
  return engine.accessKeys.create(order)
}
