import type { Scope } from './access.ts'

/** Where a route lies: enough for a client, and free of the schema library. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** OpenAPI form: parameters in braces. */
  readonly path: string
  /** Whether the request concerns one app (header `adsum-app`). */
  readonly app: boolean
  /** What a key needs to ask it; `null` where everybody may. */
  readonly scope: Scope | null
  /** Whether an end-user token may ask it, about its own subject. */
  readonly self: boolean
  /**
   * Of a route that concerns no single app: its handler keeps to the app of the key that asks. The
   * others without an app reach across all apps, and only a key of every app may ask them.
   */
  readonly keepsToApp?: boolean
}

/** Method and path of every route; {@link routes} adds what goes in and out. */
export const endpoints = {
  sendEvents: { method: 'POST', path: '/v1/events', app: true, scope: 'record', self: true },
  putItems: { method: 'PUT', path: '/v1/items', app: true, scope: 'catalogue', self: false },
  listItems: { method: 'GET', path: '/v1/items', app: true, scope: 'catalogue', self: false },
  decide: { method: 'POST', path: '/v1/decisions', app: true, scope: 'decide', self: true },
  readDecision: {
    method: 'GET',
    path: '/v1/decisions/{id}',
    app: true,
    scope: 'decide',
    self: true,
  },
  reward: {
    method: 'POST',
    path: '/v1/decisions/{id}/reward',
    app: true,
    scope: 'decide',
    self: true,
  },
  activateDecision: {
    method: 'POST',
    path: '/v1/decisions/{id}/activate',
    app: true,
    scope: 'decide',
    self: true,
  },
  readSurface: {
    method: 'GET',
    path: '/v1/surfaces/{id}',
    app: true,
    scope: 'operate',
    self: false,
  },
  readUser: { method: 'GET', path: '/v1/users/{id}', app: true, scope: 'people', self: true },
  eraseUser: { method: 'DELETE', path: '/v1/users/{id}', app: true, scope: 'people', self: true },
  readReceipt: {
    method: 'GET',
    path: '/v1/receipts/{id}',
    app: true,
    scope: 'people',
    self: false,
  },
  readQuarantine: {
    method: 'GET',
    path: '/v1/quarantine',
    app: true,
    scope: 'operate',
    self: false,
  },
  replayQuarantine: {
    method: 'POST',
    path: '/v1/quarantine/replay',
    app: true,
    scope: 'operate',
    self: false,
  },
  removeQuarantined: {
    method: 'DELETE',
    path: '/v1/quarantine/{id}',
    app: true,
    scope: 'operate',
    self: false,
  },
  listApps: {
    method: 'GET',
    path: '/v1/apps',
    app: false,
    scope: 'operate',
    self: false,
    keepsToApp: true,
  },
  uploadFile: { method: 'POST', path: '/v1/files', app: false, scope: 'operate', self: false },
  judgeFile: {
    method: 'POST',
    path: '/v1/files/{id}/verdict',
    app: false,
    scope: 'operate',
    self: false,
  },
  makeApp: {
    method: 'POST',
    path: '/v1/files/{id}/app',
    app: false,
    scope: 'operate',
    self: false,
  },
  readJob: { method: 'GET', path: '/v1/jobs/{id}', app: false, scope: 'operate', self: false },
  listKeys: {
    method: 'GET',
    path: '/v1/keys',
    app: false,
    scope: 'operate',
    self: false,
    keepsToApp: true,
  },
  createKey: {
    method: 'POST',
    path: '/v1/keys',
    app: false,
    scope: 'operate',
    self: false,
    keepsToApp: true,
  },
  addKeyOrigin: {
    method: 'POST',
    path: '/v1/keys/{id}/origins',
    app: false,
    scope: 'operate',
    self: false,
    keepsToApp: true,
  },
  revokeKey: {
    method: 'DELETE',
    path: '/v1/keys/{id}',
    app: false,
    scope: 'operate',
    self: false,
    keepsToApp: true,
  },
  makeBackup: { method: 'POST', path: '/v1/backups', app: false, scope: 'operate', self: false },
  checkData: { method: 'POST', path: '/v1/checks', app: false, scope: 'operate', self: false },
  health: { method: 'GET', path: '/healthz', app: false, scope: null, self: false },
} as const satisfies Record<string, Endpoint>

export type RouteName = keyof typeof endpoints

/** The content type of what `navigator.sendBeacon` sends without asking the other origin first. */
export const BEACON_CONTENT_TYPE = 'text/plain'

/** The header that names the app. */
export const APP_HEADER = 'adsum-app'

/**
 * Types that the body of an upload may have. None of them is one that a foreign page can send without
 * asking first (text/plain, a form), so no page can make a browser upload here behind its user's back.
 */
export const FILE_CONTENT_TYPES = [
  'application/octet-stream',
  'text/csv',
  'text/tab-separated-values',
  'application/x-ndjson',
  'application/jsonl',
] as const
