import { z } from 'zod'
import { ACCESS_KEY_KINDS, EVERY_APP, SCOPES } from './access.ts'
import { idSchema } from './id-schema.ts'

/** Origins of one key. */
export const KEY_ORIGINS_MAX = 20
/** Characters of the name of a key. */
export const KEY_NAME_LENGTH_MAX = 60
/** Characters of an origin: the longest host name, a scheme and a port. */
const ORIGIN_LENGTH_MAX = 300

/** Whether a text is an origin exactly as a browser sends it: no path, no slash, default port left out. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** One origin, such as `https://shop.example`, or `*` for every one. */
export const originSchema = z
  .string()
  .max(ORIGIN_LENGTH_MAX)
  .refine(
    (text) => text === '*' || isOrigin(text),
    'must be an origin such as https://shop.example, without a path, or "*"',
  )

/** The public half of a key pair that signs end-user tokens: Ed25519, or P-256. */
export const publicJwkSchema = z
  .strictObject({
    kty: z.enum(['OKP', 'EC']),
    crv: z.enum(['Ed25519', 'P-256']),
    x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    y: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/)
      .optional(),
    kid: idSchema,
    use: z.literal('sig').optional(),
    alg: z.enum(['EdDSA', 'Ed25519', 'ES256']).optional(),
    key_ops: z.tuple([z.literal('verify')]).optional(),
  })
  .refine(
    ({ kty, crv, y }) => (kty === 'OKP' ? crv === 'Ed25519' && !y : crv === 'P-256' && !!y),
    'must be the public half of an Ed25519 or a P-256 key',
  )
export type PublicJwk = z.infer<typeof publicJwkSchema>

/**
 * What may stand in the address of `POST /v1/events`: pages that are being left send beacons, which carry
 * no headers. Whether it is a write key that holds is for the server's access to say.
 */
export const eventsQuerySchema = z.object({
  key: z
    .string()
    .optional()
    .describe('A write key, where no header can carry it: beacons of pages.'),
})

/** `POST /v1/keys`. */
export const keyRequestSchema = z.strictObject({
  kind: z.enum(ACCESS_KEY_KINDS),
  /** The app that the key is for; `*`, of secret keys, for every app. */
  app: z.union([z.literal(EVERY_APP), idSchema]),
  /** Two keys of one app may share a name while the old one is being replaced. */
  name: z.string().min(1).max(KEY_NAME_LENGTH_MAX).default('default'),
  /** Of secret keys; all unless given. */
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length).optional(),
  /** Where pages that use the key come from; none unless given. */
  origins: z.array(originSchema).max(KEY_ORIGINS_MAX).default([]),
  /** Refuses requests that name no origin, as those of servers and apps do. */
  browsersOnly: z.boolean().default(false),
  /** The moment after which the key is not taken any more, in ISO 8601. */
  expires: z.iso.datetime({ offset: true }).optional(),
  /** Of verification keys. */
  jwk: publicJwkSchema.optional(),
})
export type KeyRequest = z.input<typeof keyRequestSchema>
/** A key request after validation: with its defaults filled in. */
export type KeyOrder = z.output<typeof keyRequestSchema>

/** `POST /v1/keys/{id}/origins`. */
export const keyOriginRequestSchema = z.strictObject({ origin: originSchema })
export type KeyOriginRequest = z.infer<typeof keyOriginRequestSchema>

/** What is told of a key: everything but its secret. */
export const accessKeySchema = z.object({
  id: z.string(),
  kind: z.enum(ACCESS_KEY_KINDS),
  app: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  origins: z.array(z.string()),
  browsersOnly: z.boolean(),
  /** The name under which a signer refers to a verification key. */
  kid: z.string().nullable(),
  created: z.string(),
  expires: z.string().nullable(),
  revoked: z.string().nullable(),
  /** The day, in UTC, on which the key was last used. */
  lastUsed: z.string().nullable(),
})
export type AccessKeyView = z.infer<typeof accessKeySchema>

/** The answer to `GET /v1/keys`. */
export const keysViewSchema = z.object({ keys: z.array(accessKeySchema) })
export type KeysView = z.infer<typeof keysViewSchema>

/** The answer to `POST /v1/keys`; the text is told here and never again. */
export const keyCreatedSchema = z.object({
  key: accessKeySchema,
  /** `null` for verification keys, which have no secret. */
  text: z.string().nullable(),
})
export type KeyCreated = z.infer<typeof keyCreatedSchema>
