import type {
  AccessKeyKind,
  AccessKeyView,
  KeyCreated,
  KeyOrder,
  KeyText,
  PublicJwk,
  Scope,
} from '@adsum/protocol'

/** What the server needs to know of a key to judge a request. */
export interface AccessKeyRecord {
  readonly id: string
  readonly kind: AccessKeyKind
  /** `*` for every app. */
  readonly app: string
  readonly scopes: readonly Scope[]
  readonly origins: readonly string[]
  readonly browsersOnly: boolean
  readonly jwk: PublicJwk | null
}

/** What the server needs of the access keys. Those of the engine fit by their shape. */
export interface AccessKeysApi {
  /** Keys that are taken now. */
  active(): readonly AccessKeyRecord[]
  /** @throws AdsumError `key_invalid` */
  check(text: KeyText): AccessKeyRecord
  /** Notes that a key was used; waits for nothing. */
  noteUse(key: { readonly id: string }): void
  /** Every key, or those of one app. */
  list(app: string | null): AccessKeyView[]
  /** @throws AdsumError `access_key_limit`, `request_invalid` */
  create(order: KeyOrder): Promise<KeyCreated>
  /** @throws AdsumError `access_key_unknown`, also for keys of another app than the one given */
  addOrigin(id: string, origin: string, app: string | null): Promise<AccessKeyView>
  /** @throws AdsumError `access_key_unknown`, also for keys of another app than the one given */
  revoke(id: string, app: string | null): Promise<AccessKeyView>
}
