/**
 * The route table as an OpenAPI 3.1 document. It is derived, never written: a route or a field that is
 * not in it does not exist.
 */

import { z } from 'zod'
import * as access from './access-schemas.ts'
import * as data from './data-schemas.ts'
import * as decide from './decide-schemas.ts'
import { APP_HEADER, BEACON_CONTENT_TYPE, FILE_CONTENT_TYPES, type RouteName } from './endpoints.ts'
import { errorTable } from './errors.ts'
import { type Route, routes } from './routes.ts'
import * as schemas from './schemas.ts'

type Json = Readonly<Record<string, unknown>>

const REFERENCE = '#/components/schemas/'

/** Named components: what is sent (defaults may be left out) and what is answered (all filled in). */
const sent = {
  Context: schemas.contextSchema,
  Event: schemas.eventSchema,
  EventsRequest: schemas.eventsRequestSchema,
  Item: schemas.itemSchema,
  ItemsRequest: schemas.itemsRequestSchema,
  Action: decide.actionSchema,
  DecisionRequest: schemas.decisionRequestSchema,
  RewardRequest: schemas.rewardRequestSchema,
  ReplayRequest: schemas.replayRequestSchema,
  Mapping: schemas.mappingSchema,
  FileWorkRequest: schemas.fileWorkRequestSchema,
  FileAppRequest: schemas.fileAppRequestSchema,
  KeyRequest: access.keyRequestSchema,
  KeyOriginRequest: access.keyOriginRequestSchema,
  BackupRequest: data.backupRequestSchema,
}
const answered = {
  EventResult: schemas.eventResultSchema,
  EventsResponse: schemas.eventsResponseSchema,
  ItemsResponse: schemas.itemsResponseSchema,
  ItemsView: schemas.itemsViewSchema,
  Reason: schemas.reasonSchema,
  Choice: schemas.choiceSchema,
  Decision: schemas.decisionSchema,
  StoredDecision: schemas.storedDecisionSchema,
  RewardResponse: schemas.rewardResponseSchema,
  ActivationResponse: decide.activationResponseSchema,
  SurfaceReport: decide.surfaceReportSchema,
  User: schemas.userSchema,
  Receipt: schemas.receiptSchema,
  QuarantineView: schemas.quarantineViewSchema,
  ReplayResponse: schemas.replayResponseSchema,
  RemovedResponse: schemas.removedResponseSchema,
  App: schemas.appSchema,
  AppsResponse: schemas.appsResponseSchema,
  Column: schemas.columnSchema,
  RowProblem: schemas.rowProblemSchema,
  File: schemas.fileSchema,
  Interval: schemas.intervalSchema,
  Verdict: schemas.verdictSchema,
  Job: schemas.jobSchema,
  AccessKey: access.accessKeySchema,
  KeysView: access.keysViewSchema,
  KeyCreated: access.keyCreatedSchema,
  Backup: data.backupSchema,
  DataCheck: data.dataCheckSchema,
  DataChecks: data.dataChecksSchema,
  Health: schemas.healthSchema,
  Error: schemas.errorBodySchema,
}

/** The document. `version` is the product's. */
export function openApiDocument(version: string): Json {
  const components = { ...toComponents(sent, 'input'), ...toComponents(answered, 'output') }
  const paths: Record<string, Record<string, Json>> = {}
  for (const [name, route] of Object.entries(routes) as [RouteName, Route][]) {
    paths[route.path] ??= {}
    paths[route.path]![route.method.toLowerCase()] = operation(name, route)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Adsum',
      version,
      description: 'A personalization engine whose answers add up and whose models forget.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      schemas: components,
      parameters: {
        app: {
          name: APP_HEADER,
          in: 'header',
          required: false,
          description: 'Which app is meant. May be left out where only one runs.',
          schema: { type: 'string' },
        },
      },
      responses: {
        Error: {
          description: `A refusal. Codes: ${Object.keys(errorTable).join(', ')}.`,
          content: jsonContent({ $ref: `${REFERENCE}Error` }),
        },
      },
    },
  }
}

function operation(name: RouteName, route: Route): Json {
  const parameters: Json[] = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  if (route.app) parameters.push({ $ref: '#/components/parameters/app' })
  if (route.query !== undefined) parameters.push(...queryParameters(route.query))
  const content = jsonContent(reference(answered, route.answer))
  return {
    operationId: name,
    summary: route.summary,
    parameters,
    ...requestBody(name, route),
    responses: {
      [route.status]: { description: 'The answer.', content },
      ...(route.partialStatus !== undefined && {
        [route.partialStatus]: {
          description: 'The answer when not all of what was sent was done.',
          content,
        },
      }),
      default: { $ref: '#/components/responses/Error' },
    },
  }
}

function requestBody(name: RouteName, route: Route): Json {
  if (name === 'uploadFile') {
    const content = FILE_CONTENT_TYPES.map((type) => [
      type,
      { schema: { type: 'string', format: 'binary' } },
    ])
    return { requestBody: { required: true, content: Object.fromEntries(content) } }
  }
  if (route.body === undefined) return {}
  const schema = reference(sent, route.body)
  const asBeacon = name === 'sendEvents' && { [BEACON_CONTENT_TYPE]: { schema } }
  return { requestBody: { required: true, content: { ...jsonContent(schema), ...asBeacon } } }
}

function queryParameters(query: z.ZodType): Json[] {
  const { properties } = z.toJSONSchema(query, { io: 'output' })
  const { required } = z.toJSONSchema(query, { io: 'input' })
  return Object.entries(properties ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required?.includes(name) ?? false,
    schema,
  }))
}

function jsonContent(schema: Json): Json {
  return { 'application/json': { schema } }
}

/** @throws Error when a schema of the route table has no name here. */
function reference(named: Readonly<Record<string, z.ZodType>>, schema: z.ZodType): Json {
  const entry = Object.entries(named).find(([, candidate]) => candidate === schema)
  if (entry === undefined) throw new Error('a schema of the route table has no component name')
  return { $ref: `${REFERENCE}${entry[0]}` }
}

function toComponents(
  named: Readonly<Record<string, z.ZodType>>,
  io: 'input' | 'output',
): Record<string, Json> {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const generated = z.toJSONSchema(registry, {
    io,
    uri: (id) => `${REFERENCE}${id}`,
    override: ({ zodSchema, jsonSchema }) => {
      // Events are judged one by one, so the request's schema takes anything; the document says what fits.
      if (zodSchema === schemas.eventsRequestSchema.shape.events.element) {
        jsonSchema.$ref = `${REFERENCE}Event`
      }
      // A later version may answer more than this one: clients made of the document must not refuse that.
      if (io === 'output' && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties
      }
    },
  })
  const entries = Object.entries(generated.schemas).map(([id, schema]) => {
    const { $id: _id, $schema: _dialect, ...rest } = schema
    return [id, rest] as const
  })
  return Object.fromEntries(entries)
}
