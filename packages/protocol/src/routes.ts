import type { z } from 'zod'
import {
  accessKeySchema,
  eventsQuerySchema,
  keyCreatedSchema,
  keyOriginRequestSchema,
  keyRequestSchema,
  keysViewSchema,
} from './access-schemas.ts'
import { backupRequestSchema, backupSchema, dataChecksSchema } from './data-schemas.ts'
import { activationResponseSchema, surfaceReportSchema } from './decide-schemas.ts'
import { type Endpoint, endpoints, type RouteName } from './endpoints.ts'
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
  itemsQuerySchema,
  itemsRequestSchema,
  itemsResponseSchema,
  itemsViewSchema,
  jobSchema,
  quarantineQuerySchema,
  quarantineViewSchema,
  receiptSchema,
  removedResponseSchema,
  replayRequestSchema,
  replayResponseSchema,
  rewardRequestSchema,
  rewardResponseSchema,
  storedDecisionSchema,
  uploadQuerySchema,
  userSchema,
} from './schemas.ts'

/** One line of the route table. */
export interface Route extends Endpoint {
  readonly summary: string
  /** Schema of what follows the question mark; routes without one take nothing there. */
  readonly query?: z.ZodType
  /** Schema of a JSON body; routes that take a raw file have none. */
  readonly body?: z.ZodType
  /** Schema of the answer. */
  readonly answer: z.ZodType
  readonly status: number
  /** The status when not all of what was sent was done; the answer says which. */
  readonly partialStatus?: number
}

/** Every route of the product. The server registers from it, the client and OpenAPI are made of it. */
export const routes = {
  sendEvents: {
    ...endpoints.sendEvents,
    summary: 'Record events; each is answered for itself.',
    query: eventsQuerySchema,
    body: eventsRequestSchema,
    answer: eventsResponseSchema,
    status: 200,
    partialStatus: 207,
  },
  putItems: {
    ...endpoints.putItems,
    summary: 'Add or replace items of the catalogue.',
    body: itemsRequestSchema,
    answer: itemsResponseSchema,
    status: 200,
  },
  listItems: {
    ...endpoints.listItems,
    summary:
      'Look up items by `id` (may be repeated), by `ids` (comma-separated), or by `search` in their titles.',
    query: itemsQuerySchema,
    answer: itemsViewSchema,
    status: 200,
  },
  decide: {
    ...endpoints.decide,
    summary: 'Ask a surface for its answer to a person in a context.',
    body: decisionRequestSchema,
    answer: decisionSchema,
    status: 200,
  },
  readDecision: {
    ...endpoints.readDecision,
    summary: 'The stored decision with every term of every choice.',
    answer: storedDecisionSchema,
    status: 200,
  },
  reward: {
    ...endpoints.reward,
    summary: 'Tell what a decision was worth.',
    body: rewardRequestSchema,
    answer: rewardResponseSchema,
    status: 202,
  },
  activateDecision: {
    ...endpoints.activateDecision,
    summary: 'Tell that a decision which was prepared ahead is being used.',
    answer: activationResponseSchema,
    status: 202,
  },
  readSurface: {
    ...endpoints.readSurface,
    summary:
      'How a surface stands: what it has learned, and how it compares where it only watches.',
    answer: surfaceReportSchema,
    status: 200,
  },
  readUser: {
    ...endpoints.readUser,
    summary: 'What is recorded for a person.',
    answer: userSchema,
    status: 200,
  },
  eraseUser: {
    ...endpoints.eraseUser,
    summary: 'Forget a person; the answer is a receipt.',
    answer: receiptSchema,
    status: 200,
  },
  readReceipt: {
    ...endpoints.readReceipt,
    summary: 'A receipt as it stands now.',
    answer: receiptSchema,
    status: 200,
  },
  readQuarantine: {
    ...endpoints.readQuarantine,
    summary: 'Events that were understood but not taken, each with the reason; newest first.',
    query: quarantineQuerySchema,
    answer: quarantineViewSchema,
    status: 200,
  },
  replayQuarantine: {
    ...endpoints.replayQuarantine,
    summary: 'Judge quarantined events anew, all or those named.',
    body: replayRequestSchema,
    answer: replayResponseSchema,
    status: 200,
  },
  removeQuarantined: {
    ...endpoints.removeQuarantined,
    summary: 'Discard a quarantined event.',
    answer: removedResponseSchema,
    status: 200,
  },
  listApps: {
    ...endpoints.listApps,
    summary: 'The apps that run here and how they stand.',
    answer: appsResponseSchema,
    status: 200,
  },
  uploadFile: {
    ...endpoints.uploadFile,
    summary:
      'Upload a CSV or JSON Lines file (`?name=`); the answer says what its columns were taken for.',
    query: uploadQuerySchema,
    answer: fileSchema,
    status: 200,
  },
  judgeFile: {
    ...endpoints.judgeFile,
    summary: 'Find out whether personalization is worth it on these data.',
    body: fileWorkRequestSchema,
    answer: jobSchema,
    status: 202,
  },
  makeApp: {
    ...endpoints.makeApp,
    summary: 'Make an app of the file.',
    body: fileAppRequestSchema,
    answer: jobSchema,
    status: 202,
  },
  readJob: {
    ...endpoints.readJob,
    summary: 'How long work stands.',
    answer: jobSchema,
    status: 200,
  },
  listKeys: {
    ...endpoints.listKeys,
    summary: 'The access keys, without their secrets.',
    answer: keysViewSchema,
    status: 200,
  },
  createKey: {
    ...endpoints.createKey,
    summary: 'Make an access key; its text is in this answer and nowhere else.',
    body: keyRequestSchema,
    answer: keyCreatedSchema,
    status: 201,
  },
  addKeyOrigin: {
    ...endpoints.addKeyOrigin,
    summary: 'Let the pages of one more origin use a key.',
    body: keyOriginRequestSchema,
    answer: accessKeySchema,
    status: 200,
  },
  revokeKey: {
    ...endpoints.revokeKey,
    summary: 'End a key for good, from the next request on.',
    answer: accessKeySchema,
    status: 200,
  },
  makeBackup: {
    ...endpoints.makeBackup,
    summary: 'Copy everything at rest into a folder of the data directory while work goes on.',
    body: backupRequestSchema,
    answer: backupSchema,
    status: 201,
  },
  checkData: {
    ...endpoints.checkData,
    summary: 'Read and check everything at rest while work goes on.',
    answer: dataChecksSchema,
    status: 200,
  },
  health: {
    ...endpoints.health,
    summary: 'Whether the process answers.',
    answer: healthSchema,
    status: 200,
  },
} as const satisfies Record<RouteName, Route>

type RouteTable = typeof routes

/** What the server is given as the body of a route: defaults filled in; `undefined` where there is none. */
export type RouteBody<Name extends RouteName> = RouteTable[Name] extends {
  readonly body: infer Body extends z.ZodType
}
  ? z.output<Body>
  : undefined

/** What the server is given as the query of a route. */
export type RouteQuery<Name extends RouteName> = RouteTable[Name] extends {
  readonly query: infer Query extends z.ZodType
}
  ? z.output<Query>
  : undefined

/** What a route answers. */
export type RouteAnswer<Name extends RouteName> = z.output<RouteTable[Name]['answer']>
