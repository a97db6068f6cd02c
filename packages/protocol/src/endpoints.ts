/** Where a route lies: enough for a client, and free of the schema library. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** OpenAPI form: parameters in braces. */
  readonly path: string
  /** Whether the request concerns one app (header `adsum-app`). */
  readonly app: boolean
}

/** Method and path of every route; {@link routes} adds what goes in and out. */
export const endpoints = {
  sendEvents: { method: 'POST', path: '/v1/events', app: true },
  putItems: { method: 'PUT', path: '/v1/items', app: true },
  listItems: { method: 'GET', path: '/v1/items', app: true },
  decide: { method: 'POST', path: '/v1/decisions', app: true },
  readDecision: { method: 'GET', path: '/v1/decisions/{id}', app: true },
  reward: { method: 'POST', path: '/v1/decisions/{id}/reward', app: true },
  readUser: { method: 'GET', path: '/v1/users/{id}', app: true },
  eraseUser: { method: 'DELETE', path: '/v1/users/{id}', app: true },
  readReceipt: { method: 'GET', path: '/v1/receipts/{id}', app: true },
  listApps: { method: 'GET', path: '/v1/apps', app: false },
  uploadFile: { method: 'POST', path: '/v1/files', app: false },
  judgeFile: { method: 'POST', path: '/v1/files/{id}/verdict', app: false },
  makeApp: { method: 'POST', path: '/v1/files/{id}/app', app: false },
  readJob: { method: 'GET', path: '/v1/jobs/{id}', app: false },
  health: { method: 'GET', path: '/healthz', app: false },
} as const satisfies Record<string, Endpoint>

export type RouteName = keyof typeof endpoints

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
