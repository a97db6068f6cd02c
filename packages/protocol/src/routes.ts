import type { z } from 'zod'
import {
  appsResponseSchema,
  decisionRequestSchema,
  decisionSchema,
  eventsRequestSchema,
  eventsResponseSchema,
  fileAppRequestSchema,
  fileSchema,
  fileWorkRequestSchema,
  healthSchema,
  itemsRequestSchema,
  itemsResponseSchema,
  itemsViewSchema,
  jobSchema,
  receiptSchema,
  rewardRequestSchema,
  rewardResponseSchema,
  storedDecisionSchema,
  userSchema,
} from './schemas.ts'

/** One line of the route table. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** OpenAPI form: parameters in braces. */
  readonly path: string
  readonly summary: string
  /** Whether the request concerns one app (header `adsum-app`). */
  readonly app: boolean
  /** Schema of a JSON body; routes that take a raw file have none. */
  readonly body?: z.ZodType
  /** Schema of the answer. */
  readonly answer: z.ZodType
  readonly status: number
}

/** Every route of the product. The server registers from it, the client and OpenAPI are made of it. */
export const routes = {
  sendEvents: {
    method: 'POST',
    path: '/v1/events',
    summary: 'Record events; each is answered for itself.',
    app: true,
    body: eventsRequestSchema,
    answer: eventsResponseSchema,
    status: 200,
  },
  putItems: {
    method: 'PUT',
    path: '/v1/items',
    summary: 'Add or replace items of the catalogue.',
    app: true,
    body: itemsRequestSchema,
    answer: itemsResponseSchema,
    status: 200,
  },
  listItems: {
    method: 'GET',
    path: '/v1/items',
    summary: 'Look up items by `ids` (comma-separated) or by `search` in their titles.',
    app: true,
    answer: itemsViewSchema,
    status: 200,
  },
  decide: {
    method: 'POST',
    path: '/v1/decisions',
    summary: 'Ask a surface for its answer to a person in a context.',
    app: true,
    body: decisionRequestSchema,
    answer: decisionSchema,
    status: 200,
  },
  readDecision: {
    method: 'GET',
    path: '/v1/decisions/{id}',
    summary: 'The stored decision with every term of every choice.',
    app: true,
    answer: storedDecisionSchema,
    status: 200,
  },
  reward: {
    method: 'POST',
    path: '/v1/decisions/{id}/reward',
    summary: 'Tell what a decision was worth.',
    app: true,
    body: rewardRequestSchema,
    answer: rewardResponseSchema,
    status: 202,
  },
  readUser: {
    method: 'GET',
    path: '/v1/users/{id}',
    summary: 'What is recorded for a person.',
    app: true,
    answer: userSchema,
    status: 200,
  },
  eraseUser: {
    method: 'DELETE',
    path: '/v1/users/{id}',
    summary: 'Forget a person; the answer is a receipt.',
    app: true,
    answer: receiptSchema,
    status: 200,
  },
  readReceipt: {
    method: 'GET',
    path: '/v1/receipts/{id}',
    summary: 'A receipt as it stands now.',
    app: true,
    answer: receiptSchema,
    status: 200,
  },
  listApps: {
    method: 'GET',
    path: '/v1/apps',
    summary: 'The apps that run here and how they stand.',
    app: false,
    answer: appsResponseSchema,
    status: 200,
  },
  uploadFile: {
    method: 'POST',
    path: '/v1/files',
    summary:
      'Upload a CSV or JSON Lines file (`?name=`); the answer says what its columns were taken for.',
    app: false,
    answer: fileSchema,
    status: 200,
  },
  judgeFile: {
    method: 'POST',
    path: '/v1/files/{id}/verdict',
    summary: 'Find out whether personalization is worth it on these data.',
    app: false,
    body: fileWorkRequestSchema,
    answer: jobSchema,
    status: 202,
  },
  makeApp: {
    method: 'POST',
    path: '/v1/files/{id}/app',
    summary: 'Make an app of the file.',
    app: false,
    body: fileAppRequestSchema,
    answer: jobSchema,
    status: 202,
  },
  readJob: {
    method: 'GET',
    path: '/v1/jobs/{id}',
    summary: 'How long work stands.',
    app: false,
    answer: jobSchema,
    status: 200,
  },
  health: {
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the process answers.',
    app: false,
    answer: healthSchema,
    status: 200,
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof routes

/** The header that names the app. */
export const APP_HEADER = 'adsum-app'
