import { z } from 'zod'
import { decidedFields, decideRequestFields, storedDecidedFields } from './decide-schemas.ts'
import { idSchema } from './id-schema.ts'
import {
  CHOICES_DEFAULT,
  CHOICES_MAX,
  EVENTS_PER_REQUEST_MAX,
  FILE_NAME_LENGTH_MAX,
  ID_LENGTH_MAX,
  ITEMS_PER_REQUEST_MAX,
  ITEMS_SHOWN_DEFAULT,
  ITEMS_SHOWN_MAX,
  KEYS_MAX,
  QUARANTINE_REPLAYED_MAX,
  QUARANTINE_SHOWN_DEFAULT,
  QUARANTINE_SHOWN_MAX,
  TAGS_MAX,
  TEXT_LENGTH_MAX,
} from './limits.ts'

const plainValueSchema = z.union(
  [z.string().max(TEXT_LENGTH_MAX), z.number(), z.boolean(), z.null()],
  `expected a text of at most ${TEXT_LENGTH_MAX} characters, a number, true, false or null`,
)

/** What holds at a moment: declared names with plain values; `null` says "unknown". */
export const contextSchema = z
  .record(idSchema, plainValueSchema)
  .refine((context) => Object.keys(context).length <= KEYS_MAX, `has more than ${KEYS_MAX} keys`)
export type Context = z.infer<typeof contextSchema>

/** One event as a client sends it, with the time of its own clock; without one the server's is taken. */
export const eventSchema = z.strictObject({
  id: idSchema,
  type: idSchema,
  user: idSchema,
  item: idSchema.optional(),
  value: z.number().optional(),
  time: z.string().max(64).optional(),
  context: contextSchema.optional(),
})
export type EventInput = z.infer<typeof eventSchema>

/** ISO 8601 date and time with a zone; a date alone is midnight UTC. */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/

/** Whether a text is a time as events and requests carry them. */
export function isTime(text: string): boolean {
  return ISO_TIME.test(text) && Number.isFinite(Date.parse(text))
}

/**
 * `POST /v1/events`. Events are judged one by one, so that a bad one does not hold up the others. `sent`
 * is what the sender's clock shows as the request leaves: with it the times of the events are taken by
 * the server's clock, however wrong the sender's is, and kept within 30 days of now. Events of the more
 * distant past are sent without it; their times are taken at their word.
 */
export const eventsRequestSchema = z.strictObject({
  events: z.array(z.unknown()).min(1).max(EVENTS_PER_REQUEST_MAX),
  sent: z
    .string()
    .max(64)
    .refine(isTime, 'expected an ISO 8601 time such as 2026-11-21T19:03:11Z')
    .optional(),
})
export type EventsRequest = z.infer<typeof eventsRequestSchema>

/**
 * What became of one event. `conflict` and `quarantined` say that it is kept apart, with the reason, to be
 * looked at and replayed; `rejected` that nothing of it is kept.
 */
export const eventResultSchema = z.object({
  id: z.string().nullable(),
  status: z.enum(['accepted', 'duplicate', 'conflict', 'rejected', 'quarantined']),
  code: z.string().optional(),
  message: z.string().optional(),
  path: z.string().optional(),
  /** Of an event of the future: the moment from which a replay takes it. */
  until: z.string().optional(),
})
export type EventResult = z.infer<typeof eventResultSchema>

export const eventsResponseSchema = z.object({ results: z.array(eventResultSchema) })
export type EventsResponse = z.infer<typeof eventsResponseSchema>

/** The question of `GET /v1/quarantine`. */
export const quarantineQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(QUARANTINE_SHOWN_MAX).default(QUARANTINE_SHOWN_DEFAULT),
  /** Only events refused with this code. */
  code: z.string().min(1).max(ID_LENGTH_MAX).optional(),
})
export type QuarantineQuestion = z.input<typeof quarantineQuerySchema>

/** An event in quarantine: as it came, and why it was not taken. */
const quarantinedEventSchema = z.object({
  id: z.string(),
  /** The id that its sender gave it. */
  event: z.string(),
  /** The way it came: `events`, or the name of a dialect. */
  source: z.string(),
  code: z.string(),
  message: z.string(),
  path: z.string(),
  /** Of an event of the future: the moment from which a replay takes it. */
  until: z.string().optional(),
  received: z.string(),
  /** As it came. */
  raw: z.unknown(),
})

/** The answer to `GET /v1/quarantine`, newest first. */
export const quarantineViewSchema = z.object({
  /** How many there are, of the code where one was asked for. */
  total: z.number().int(),
  events: z.array(quarantinedEventSchema.extend({ user: z.string() })),
})
export type QuarantineView = z.infer<typeof quarantineViewSchema>

/** `POST /v1/quarantine/replay`: all, or those named. */
export const replayRequestSchema = z.strictObject({
  ids: z.array(idSchema).min(1).max(QUARANTINE_REPLAYED_MAX).optional(),
})
export type ReplayRequest = z.infer<typeof replayRequestSchema>

/**
 * Accepted and duplicate events have left the quarantine; the others stay, each with its newer reason.
 * `waiting` is there when the time of some of them has not come yet: replay them again from `until` on.
 */
export const replayResponseSchema = z.object({
  accepted: z.number().int(),
  duplicate: z.number().int(),
  kept: z.number().int(),
  /** How many of those kept wait for their time, and when that of the first has come. */
  waiting: z.object({ events: z.number().int(), until: z.string() }).optional(),
})
export type ReplayResponse = z.infer<typeof replayResponseSchema>

/** The answer to `DELETE /v1/quarantine/{id}`. */
export const removedResponseSchema = z.object({ removed: z.number().int() })
export type RemovedResponse = z.infer<typeof removedResponseSchema>

const attributeSchema = z.union([
  plainValueSchema,
  z.array(z.string().max(ID_LENGTH_MAX)).max(TAGS_MAX),
])

/** One item as a client sends it; attributes are checked against the declaration of its type. */
export const itemSchema = z.strictObject({
  type: idSchema,
  id: idSchema,
  attributes: z
    .record(idSchema, attributeSchema)
    .refine((all) => Object.keys(all).length <= KEYS_MAX, `has more than ${KEYS_MAX} keys`)
    .default({}),
})
export type ItemInput = z.infer<typeof itemSchema>

/** `PUT /v1/items`: all or none. */
export const itemsRequestSchema = z.strictObject({
  items: z.array(itemSchema).min(1).max(ITEMS_PER_REQUEST_MAX),
})
export type ItemsRequest = z.infer<typeof itemsRequestSchema>
export const itemsResponseSchema = z.object({ stored: z.number().int() })
export type ItemsResponse = z.infer<typeof itemsResponseSchema>

/** What an answer may use: nothing of the person; only their latest few events; their whole history. */
export const personalizationLevelSchema = z.enum(['everyone', 'moment', 'history'])
export type PersonalizationLevel = z.infer<typeof personalizationLevelSchema>

/** `POST /v1/decisions`. */
export const decisionRequestSchema = z.strictObject({
  surface: idSchema,
  user: idSchema.optional(),
  context: contextSchema.optional(),
  limit: z.number().int().min(1).max(CHOICES_MAX).default(CHOICES_DEFAULT),
  personalization: personalizationLevelSchema.optional(),
  ...decideRequestFields,
})
export type DecisionRequest = z.input<typeof decisionRequestSchema>
/** A decision request after validation: with its limit filled in. */
export type DecisionQuery = z.output<typeof decisionRequestSchema>

/** A term of the score in words. Shares are integers; over the reasons of a choice they add up to its score. */
export const reasonSchema = z.object({
  feature: z.string(),
  text: z.string(),
  share: z.number().int(),
})
export type Reason = z.infer<typeof reasonSchema>

/** One choice. `score / scale` is the predicted value; `score` is exactly the sum of the shares. */
export const choiceSchema = z.object({
  item: z.string(),
  title: z.string(),
  score: z.number().int(),
  scale: z.number().int(),
  propensity: z.number(),
  reasons: z.array(reasonSchema),
})
export type Choice = z.infer<typeof choiceSchema>

export const decisionSchema = z.object({
  id: z.string(),
  surface: z.string(),
  /** The model that answered; `null` when the baseline did before there was one. */
  model: z.string().nullable(),
  baseline: z.boolean(),
  personalization: personalizationLevelSchema,
  choices: z.array(choiceSchema),
  ...decidedFields,
})
export type Decision = z.infer<typeof decisionSchema>

/** `GET /v1/decisions/{id}`: the decision as stored, every term of every choice included. */
export const storedDecisionSchema = decisionSchema.extend({
  user: z.string().nullable(),
  context: contextSchema,
  time: z.string(),
  candidates: z.number().int(),
  choices: z.array(choiceSchema.extend({ terms: z.array(reasonSchema) })),
  rewards: z.array(z.object({ value: z.number(), time: z.string() })),
  ...storedDecidedFields,
})
export type StoredDecision = z.infer<typeof storedDecisionSchema>

/**
 * `POST /v1/decisions/{id}/reward`. A reward counts once: the same `id`, or without one the same value
 * and time, is a duplicate.
 */
export const rewardRequestSchema = z.strictObject({
  id: idSchema.optional(),
  value: z.number().min(-1e9).max(1e9),
  time: z.string().max(64).optional(),
})
export type RewardRequest = z.infer<typeof rewardRequestSchema>
export const rewardResponseSchema = z.object({ status: z.enum(['accepted', 'duplicate']) })
export type RewardResponse = z.infer<typeof rewardResponseSchema>

/** `GET /v1/users/{id}`. */
export const userSchema = z.object({
  user: z.string(),
  events: z.number().int(),
  first: z.string().nullable(),
  last: z.string().nullable(),
  latest: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      item: z.string().nullable(),
      title: z.string().nullable(),
      value: z.number().nullable(),
      time: z.string(),
    }),
  ),
  /** What was sent about the person and not taken, newest first, with the reasons; it is kept as it came. */
  quarantined: z.object({ total: z.number().int(), events: z.array(quarantinedEventSchema) }),
})
export type UserView = z.infer<typeof userSchema>

/**
 * `DELETE /v1/users/{id}`: what was forgotten, where, and when. The statistics change at once; the
 * served model is replaced by the next full fit, and the last one that contained the person is destroyed.
 */
export const receiptSchema = z.object({
  receipt: z.string(),
  user: z.string(),
  events: z.number().int(),
  decisions: z.number().int(),
  /** Events in quarantine. */
  quarantined: z.number().int(),
  statistics: z.object({
    status: z.literal('subtracted'),
    before: z.string(),
    after: z.string(),
    at: z.string(),
  }),
  model: z.object({
    status: z.enum(['pending', 'replaced', 'never-contained']),
    last: z.string().nullable(),
    next: z.string().nullable(),
    at: z.string().nullable(),
  }),
  signature: z.string(),
})
export type Receipt = z.infer<typeof receiptSchema>

/** What one app is and how it stands. */
export const appSchema = z.object({
  name: z.string(),
  title: z.string(),
  surfaces: z.array(
    /** `items` is `null` where the request brings what can be chosen. */
    z.object({ name: z.string(), verb: z.string(), items: z.string().nullable() }),
  ),
  eventTypes: z.array(z.string()),
  items: z.number().int(),
  events: z.number().int(),
  users: z.number().int(),
  /** Events in quarantine. */
  quarantined: z.number().int(),
  /** Damage found as the app was opened. */
  damaged: z.object({
    /** People whose events cannot be read: they are left out of what is learned. */
    people: z.number().int(),
    /** Bits of files that had changed and were put right. */
    repaired: z.number().int(),
  }),
  /** People a page may show as examples: empty for real apps unless the declaration names some. */
  people: z.array(z.object({ id: z.string(), name: z.string(), about: z.string() })),
  model: z
    .object({
      id: z.string(),
      fittedAt: z.string(),
      seconds: z.number(),
      logPosition: z.number().int(),
      features: z.number().int(),
      bytes: z.number().int(),
    })
    .nullable(),
  learning: z.object({
    state: z.enum(['starting', 'idle', 'fitting', 'failed']),
    /** Events recorded that the served model has not seen. */
    behind: z.number().int(),
    message: z.string(),
  }),
})
export type AppView = z.infer<typeof appSchema>
export const appsResponseSchema = z.object({ apps: z.array(appSchema) })
export type AppsResponse = z.infer<typeof appsResponseSchema>

/**
 * The question of `GET /v1/items`. `id` is taken as it stands and may be repeated; `ids` is split at
 * its commas, for those who type it.
 */
export const itemsQuerySchema = z.strictObject({
  id: z.union([idSchema, z.array(idSchema).max(ITEMS_SHOWN_MAX)]).optional(),
  ids: z.string().min(1).optional(),
  search: z.string().min(1).max(ID_LENGTH_MAX).optional(),
  limit: z.coerce.number().int().min(1).max(ITEMS_SHOWN_MAX).default(ITEMS_SHOWN_DEFAULT),
})
export type ItemsQuery = z.input<typeof itemsQuerySchema>

/** The answer to `GET /v1/items`. */
export const itemsViewSchema = z.object({
  items: z.array(
    z.object({
      type: z.string(),
      id: z.string(),
      title: z.string(),
      attributes: z.record(z.string(), attributeSchema),
    }),
  ),
})
export type ItemsView = z.infer<typeof itemsViewSchema>

/** What a column of an uploaded file was taken for. */
export const columnSchema = z.object({
  name: z.string(),
  role: z.enum(['user', 'item', 'time', 'value', 'type', 'title', 'ignored']),
  examples: z.array(z.string()),
  /** Why, in plain words. */
  reason: z.string(),
})
export type Column = z.infer<typeof columnSchema>

/** Which column plays which role; columns left out are ignored. */
export const mappingSchema = z.strictObject({
  user: z.string(),
  item: z.string(),
  time: z.string().optional(),
  value: z.string().optional(),
  type: z.string().optional(),
  title: z.string().optional(),
})
export type Mapping = z.infer<typeof mappingSchema>

/** A problem in a file, with its place. */
export const rowProblemSchema = z.object({
  line: z.number().int(),
  column: z.string(),
  expected: z.string(),
  found: z.string(),
})
export type RowProblem = z.infer<typeof rowProblemSchema>

/** The question of `POST /v1/files`: the name that the file had where it came from. */
export const uploadQuerySchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(FILE_NAME_LENGTH_MAX)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must be well-formed text without control characters'),
})

/** `POST /v1/files?name=events.csv` with the file as body. */
export const fileSchema = z.object({
  file: z.string(),
  name: z.string(),
  bytes: z.number().int(),
  format: z.enum(['csv', 'jsonl', 'movielens']),
  columns: z.array(columnSchema),
  /** `null` when user and item could not be told. */
  mapping: mappingSchema.nullable(),
  preview: z.array(z.array(z.string())),
  problems: z.array(rowProblemSchema),
})
export type FileView = z.infer<typeof fileSchema>

export const intervalSchema = z.object({ value: z.number(), low: z.number(), high: z.number() })
export type Interval = z.infer<typeof intervalSchema>

/** Would personalization be worth it on these data? The answer, the table behind it, and why. */
export const verdictSchema = z.object({
  verdict: z.enum(['worth-it', 'not-yet', 'not-enough-data']),
  /** One sentence in plain words. */
  sentence: z.string(),
  why: z.array(z.string()),
  rows: z.number().int(),
  users: z.number().int(),
  items: z.number().int(),
  testUsers: z.number().int(),
  split: z.string(),
  methods: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      ndcg10: intervalSchema,
      hitRate10: intervalSchema,
      coverage: z.number(),
    }),
  ),
  seed: z.number().int(),
  seconds: z.number(),
})
export type Verdict = z.infer<typeof verdictSchema>

export const fileWorkRequestSchema = z.strictObject({ mapping: mappingSchema.optional() })
export type FileWorkRequest = z.infer<typeof fileWorkRequestSchema>

/** `POST /v1/files/{file}/app`: make an app of the file. */
export const fileAppRequestSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, a letter first'),
  mapping: mappingSchema.optional(),
})
export type FileAppRequest = z.infer<typeof fileAppRequestSchema>

/** Long work: ask `GET /v1/jobs/{job}` until it is done or failed. */
export const jobSchema = z.object({
  job: z.string(),
  kind: z.enum(['verdict', 'app']),
  state: z.enum(['running', 'done', 'failed']),
  step: z.string(),
  /** 0 to 1. */
  progress: z.number(),
  verdict: verdictSchema.optional(),
  app: z
    .object({
      name: z.string(),
      rows: z.number().int(),
      refused: z.number().int(),
      problems: z.array(rowProblemSchema),
      exampleUsers: z.array(z.string()),
    })
    .optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})
export type Job = z.infer<typeof jobSchema>

export const healthSchema = z.object({ status: z.literal('ok'), version: z.string() })
export type Health = z.infer<typeof healthSchema>

/** The body of every refusal. */
export const errorBodySchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), path: z.string().optional() }),
})
export type ErrorBody = z.infer<typeof errorBodySchema>
