import { z } from 'zod'

/** `POST /v1/backups`. */
export const backupRequestSchema = z
  .strictObject({
    /** Whether the keys are copied too, into a folder beside the backup. */
    withKeys: z.boolean().default(false),
  })
  .prefault({})
export type BackupRequest = z.input<typeof backupRequestSchema>

/** A backup that was made. */
export const backupSchema = z.object({
  /** Its folder, relative to the data directory. */
  backup: z.string(),
  /** The folder of the keys, relative to the data directory; null when they were not asked for. */
  keys: z.string().nullable(),
  /** Bytes of its files, without the keys. */
  bytes: z.number().int(),
  /** The apps in it, and how many events of each. */
  apps: z.array(z.object({ name: z.string(), events: z.number().int() })),
})
export type Backup = z.infer<typeof backupSchema>

/** What reading everything at rest of one app found: how many of each are intact, and what is not. */
export const dataCheckSchema = z.object({
  app: z.string(),
  people: z.number().int(),
  events: z.number().int(),
  quarantined: z.number().int(),
  records: z.number().int(),
  items: z.number().int(),
  documents: z.number().int(),
  models: z.number().int(),
  /** Bits of files that had changed and were put right. */
  repaired: z.array(z.string()).readonly(),
  /** The first pieces of damage; people go by their numbers. */
  damage: z.array(z.string()).readonly(),
  /** All of it, listed or not. */
  damaged: z.number().int(),
})
export type DataCheck = z.infer<typeof dataCheckSchema>

/** `POST /v1/checks`. */
export const dataChecksSchema = z.object({ apps: z.array(dataCheckSchema) })
