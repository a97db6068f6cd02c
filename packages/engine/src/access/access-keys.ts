import { timingSafeEqual } from 'node:crypto'
import {
  type AccessKeyView,
  AdsumError,
  EVERY_APP,
  formatKeyText,
  KEY_ORIGINS_MAX,
  type KeyCreated,
  type KeyOrder,
  type KeyText,
  keyScopes,
} from '@adsum/protocol'
import type { AccessKeyStore, Clock, Entropy, StoredAccessKey } from '../ports.ts'

/** Active keys of one app and name: the one in use and the one that replaces it. */
export const ACTIVE_KEYS_MAX = 2
/** Keys of one data directory that are not revoked. */
export const ACCESS_KEYS_MAX = 1_000
/** Revoked keys that are still listed; older ones are forgotten. */
export const REVOKED_KEYS_MAX = 200

/** Bytes of a secret: 256 bits. */
const SECRET_BYTES = 32
/** Stands for the hash of a key that is not there: as long as one. */
const NO_HASH = '00'.repeat(32)
/** Characters of an identifier, each of five bits. */
const ID_CHARACTERS = 16
const ID_ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
/** Characters of a date in an ISO 8601 time. */
const DAY_CHARACTERS = 10

export interface AccessKeysOptions {
  readonly store: AccessKeyStore
  readonly clock: Clock
  readonly entropy: Entropy
  /** Where faults go that nobody waits for. */
  readonly report: (fault: unknown, what: string) => void
}

/**
 * The access keys of a data directory, all in memory, for every request asks for one. Changes are at
 * rest before they hold here; they wait for each other, so that none undoes another.
 */
export class AccessKeys {
  readonly #options: AccessKeysOptions
  #keys: ReadonlyMap<string, StoredAccessKey>
  #changing: Promise<unknown> = Promise.resolve()
  #isNoting = false

  /** @param keys those that the store holds */
  constructor(options: AccessKeysOptions, keys: readonly StoredAccessKey[]) {
    this.#options = options
    this.#keys = byId(keys)
  }

  /** @throws AdsumError `data_corrupt` */
  static async open(options: AccessKeysOptions): Promise<AccessKeys> {
    return new AccessKeys(options, await options.store.list())
  }

  /** Every key, the newest first; those of one app only where it is named. */
  list(app: string | null = null): AccessKeyView[] {
    return [...this.#keys.values()]
      .filter((key) => app === null || key.app === app)
      .sort((a, b) => b.created - a.created)
      .map(toView)
  }

  /** Keys that are taken now: neither revoked nor expired. */
  active(): StoredAccessKey[] {
    const now = this.#options.clock.now()
    return [...this.#keys.values()].filter((key) => isActive(key, now))
  }

  /**
   * The record of a key text.
   * @throws AdsumError `key_invalid`, the same for a key that never was, was revoked, or has expired
   */
  check({ kind, id, secret }: KeyText): StoredAccessKey {
    // A hash is taken and compared in any case: how long the answer takes says nothing about ids.
    const presented = Buffer.from(this.#options.store.hash(secret), 'hex')
    const key = this.#keys.get(id)
    const kept = Buffer.from(key?.hash ?? NO_HASH, 'hex')
    const isSame = timingSafeEqual(presented, kept)
    const now = this.#options.clock.now()
    if (!isSame || key?.kind !== kind || !isActive(key, now)) throw new AdsumError('key_invalid')
    this.noteUse(key)
    return key
  }

  /** Notes the day of use: one write a day and key, which no request waits for. */
  noteUse({ id }: Pick<StoredAccessKey, 'id'>): void {
    const day = new Date(this.#options.clock.now()).toISOString().slice(0, DAY_CHARACTERS)
    const key = this.#keys.get(id)
    if (key === undefined || key.lastUsed === day) return
    this.#keys = new Map(this.#keys).set(id, { ...key, lastUsed: day })
    // What is noted until the write begins goes with it.
    if (this.#isNoting) return
    this.#isNoting = true
    const note = (keys: readonly StoredAccessKey[]): readonly StoredAccessKey[] => {
      this.#isNoting = false
      return keys
    }
    this.#change(note).catch((fault: unknown) =>
      this.#options.report(fault, 'noting the use of an access key'),
    )
  }

  /**
   * Makes a key. The text is told here and never again.
   * @throws AdsumError `access_key_limit`, `request_invalid`
   */
  async create(order: KeyOrder): Promise<KeyCreated> {
    requireSound(order)
    const { clock, entropy, store } = this.#options
    const { kind, app, name, origins, browsersOnly, jwk } = order
    const id = Array.from(entropy.bytes(ID_CHARACTERS), (byte) => ID_ALPHABET[byte & 31]).join('')
    const secret = Buffer.from(entropy.bytes(SECRET_BYTES)).toString('base64url')
    const key: StoredAccessKey = {
      id,
      kind,
      app,
      name,
      scopes: keyScopes(kind, order.scopes),
      hash: kind === 'verify' ? null : store.hash(secret),
      origins: [...new Set(origins)],
      browsersOnly,
      jwk: jwk ?? null,
      created: clock.now(),
      expires: order.expires === undefined ? null : Date.parse(order.expires),
      revoked: null,
      lastUsed: null,
    }
    await this.#change((keys) => {
      requireRoom(keys, key)
      return [...keys, key]
    })
    return {
      key: toView(key),
      text: kind === 'verify' ? null : formatKeyText({ kind, id, secret }),
    }
  }

  /**
   * Adds an origin whose pages may use the key.
   * @throws AdsumError `access_key_unknown`, also for keys of another app than the one given;
   *   `access_key_limit`
   */
  async addOrigin(id: string, origin: string, app: string | null = null): Promise<AccessKeyView> {
    return this.#changeOne(id, app, (key) => {
      const origins = [...new Set([...key.origins, origin])]
      if (origins.length > KEY_ORIGINS_MAX) {
        const problem = `a key has at most ${KEY_ORIGINS_MAX} origins`
        throw new AdsumError('request_invalid', { problem }, { path: 'origin' })
      }
      return { ...key, origins }
    })
  }

  /**
   * Ends a key for good: the next request with it is refused.
   * @throws AdsumError `access_key_unknown`, also for keys of another app than the one given
   */
  async revoke(id: string, app: string | null = null): Promise<AccessKeyView> {
    const now = this.#options.clock.now()
    return this.#changeOne(id, app, (key) => ({ ...key, revoked: key.revoked ?? now }))
  }

  /** Ends every key of an app that is taken away: a later app of the same name is another one. */
  async revokeApp(app: string): Promise<void> {
    const now = this.#options.clock.now()
    await this.#change((keys) =>
      keys.map((key) => (key.app === app ? { ...key, revoked: key.revoked ?? now } : key)),
    )
  }

  /** Resolves when every change that has begun is at rest. */
  async settled(): Promise<void> {
    await this.#changing
  }

  async #changeOne(
    id: string,
    app: string | null,
    change: (key: StoredAccessKey) => StoredAccessKey,
  ): Promise<AccessKeyView> {
    await this.#change((keys) => {
      const key = keys.find((each) => each.id === id && (app === null || each.app === app))
      if (key === undefined) throw new AdsumError('access_key_unknown', { key: id })
      const changed = change(key)
      return keys.map((each) => (each === key ? changed : each))
    })
    const changed = this.#keys.get(id)
    if (changed === undefined) throw new AdsumError('access_key_unknown', { key: id })
    return toView(changed)
  }

  /** Changes one after the other; a change that fails changes nothing and holds up no other. */
  #change(change: (keys: readonly StoredAccessKey[]) => readonly StoredAccessKey[]): Promise<void> {
    const done = this.#changing.then(async () => {
      const next = prune(change([...this.#keys.values()]))
      await this.#options.store.replace(next)
      this.#keys = byId(next)
    })
    this.#changing = done.catch(() => undefined)
    return done
  }
}

/** What a schema cannot say: which fields go together. */
function requireSound({ kind, app, scopes, jwk }: KeyOrder): void {
  const fault = (problem: string, path: string): AdsumError =>
    new AdsumError('request_invalid', { problem }, { path })
  if (app === EVERY_APP && kind !== 'secret') {
    throw fault('only secret keys may be for every app', 'app')
  }
  if (scopes !== undefined && kind !== 'secret') {
    throw fault('only secret keys have scopes of their own', 'scopes')
  }
  if ((jwk !== undefined) !== (kind === 'verify')) {
    throw fault('verification keys, and no others, have a public key', 'jwk')
  }
}

/** @throws AdsumError `access_key_limit`, `request_invalid` for a kid that is taken */
function requireRoom(keys: readonly StoredAccessKey[], added: StoredAccessKey): void {
  const active = keys.filter((key) => isActive(key, added.created))
  const { kind, app, name } = added
  const alike = active.filter((key) => key.kind === kind && key.app === app && key.name === name)
  if (alike.length >= ACTIVE_KEYS_MAX) {
    throw new AdsumError('access_key_limit', { limit: ACTIVE_KEYS_MAX })
  }
  if (keys.filter(({ revoked }) => revoked === null).length >= ACCESS_KEYS_MAX) {
    throw new AdsumError('access_key_limit', { limit: ACCESS_KEYS_MAX })
  }
  const kid = added.jwk?.kid
  if (kid !== undefined && active.some((key) => key.app === app && key.jwk?.kid === kid)) {
    const problem = `the app has an active key of the kid "${kid}" already`
    throw new AdsumError('request_invalid', { problem }, { path: 'jwk.kid' })
  }
}

function isActive({ expires, revoked }: StoredAccessKey, now: number): boolean {
  return revoked === null && (expires === null || now < expires)
}

/** Without the revoked keys that are older than the latest {@link REVOKED_KEYS_MAX}. */
function prune(keys: readonly StoredAccessKey[]): readonly StoredAccessKey[] {
  const revoked = keys.filter((key) => key.revoked !== null)
  if (revoked.length <= REVOKED_KEYS_MAX) return keys
  const kept = revoked
    .sort((a, b) => (b.revoked ?? 0) - (a.revoked ?? 0))
    .slice(0, REVOKED_KEYS_MAX)
  return keys.filter((key) => key.revoked === null || kept.includes(key))
}

function byId(keys: readonly StoredAccessKey[]): ReadonlyMap<string, StoredAccessKey> {
  return new Map(keys.map((key) => [key.id, key]))
}

function toView(key: StoredAccessKey): AccessKeyView {
  const { id, kind, app, name, scopes, origins, browsersOnly, jwk, lastUsed } = key
  const time = (at: number | null): string | null =>
    at === null ? null : new Date(at).toISOString()
  return {
    id,
    kind,
    app,
    name,
    scopes: [...scopes],
    origins: [...origins],
    browsersOnly,
    kid: jwk?.kid ?? null,
    created: new Date(key.created).toISOString(),
    expires: time(key.expires),
    revoked: time(key.revoked),
    lastUsed,
  }
}
