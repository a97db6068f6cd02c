import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BackedUpApp } from '@adsum/engine/ports'
import { StorageFault } from './fault.ts'
import { writeFileDurably } from './folders.ts'

/** The layout of a backup; raised when an older version could not read it any more. */
export const BACKUP_FORMAT: number = 1
const MANIFEST_FILE = 'manifest.json'
const MANIFEST_MODE = 0o600
/** What may stand in a backup, and nothing else: no path leads out of it. */
const BACKED_UP_FILE =
  /^(?:access-keys\.json|apps\/[a-z][a-z0-9-]{0,63}\/(?:log\.db|models\/[A-Za-z0-9][A-Za-z0-9_-]{0,99}\.model))$/
const KEY_FILE = /^(?:root\.key|[a-z][a-z0-9-]{0,63}\.db)$/

/** A file of a backup as it was written. */
export interface BackedUpFile {
  /** Relative to the backup, with slashes. */
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

interface Manifest {
  readonly format: number
  /** When the backup was begun, ISO 8601. */
  readonly made: string
  readonly files: readonly BackedUpFile[]
}

/** What a backup says of itself in `manifest.json`, which ends in the SHA-256 of the rest of it. */
export interface BackupManifest extends Manifest {
  readonly apps: readonly BackedUpApp[]
}

/** The same for a copy of the keys. */
export interface KeysManifest extends Manifest {
  /** For each app the number of the next new person: older keys cannot open newer people. */
  readonly nextPerson: Readonly<Record<string, number>>
}

/** Writes the manifest, by which a backup is complete. */
export function writeManifest(folder: string, manifest: BackupManifest | KeysManifest): void {
  const text = Buffer.from(textOf({ ...manifest, sha256: digestOf(manifest) }))
  writeFileDurably(join(folder, MANIFEST_FILE), text, MANIFEST_MODE)
}

/**
 * Reads the manifest of a backup.
 * @throws StorageFault `backup_unknown`; `backup_invalid` when a byte of it is not what was written
 */
export function readBackupManifest(folder: string): BackupManifest {
  if (!existsSync(join(folder, MANIFEST_FILE))) {
    throw new StorageFault('backup_unknown', { path: folder })
  }
  return readManifest<BackupManifest>(folder, BACKED_UP_FILE)
}

/** Reads the manifest of a copy of keys; null for a folder of keys that has none. */
export function readKeysManifest(folder: string): KeysManifest | null {
  if (!existsSync(join(folder, MANIFEST_FILE))) return null
  return readManifest<KeysManifest>(folder, KEY_FILE)
}

/** Reads the manifest of a backup or of a copy of keys. @throws StorageFault as the others do */
export function readEitherManifest(folder: string): BackupManifest | KeysManifest {
  const names = new RegExp(`${BACKED_UP_FILE.source}|${KEY_FILE.source}`)
  if (!existsSync(join(folder, MANIFEST_FILE))) {
    throw new StorageFault('backup_unknown', { path: folder })
  }
  return readManifest<BackupManifest | KeysManifest>(folder, names)
}

function readManifest<Kind extends Manifest>(folder: string, names: RegExp): Kind {
  const text = readFileSync(join(folder, MANIFEST_FILE), 'utf8')
  const known = parse(folder, text) as Kind & { sha256?: string }
  const { sha256 } = known
  delete known.sha256
  // Written anew it must be the same text: then no byte of it changed, white space included.
  if (sha256 !== digestOf(known) || text !== textOf({ ...known, sha256 })) {
    throw invalid(folder, `${MANIFEST_FILE} is not what was written`)
  }
  if (known.format !== BACKUP_FORMAT) {
    throw invalid(folder, `its format is ${known.format}, this version knows ${BACKUP_FORMAT}`)
  }
  for (const { path } of known.files) {
    if (!names.test(path)) throw invalid(folder, `"${path}" is no file of a backup`)
  }
  return known
}

function parse(folder: string, text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value
  } catch (error) {
    throw invalid(folder, `${MANIFEST_FILE} is not what was written`, error)
  }
  throw invalid(folder, `${MANIFEST_FILE} is not what was written`)
}

/** A backup that must not be used. */
export function invalid(path: string, problem: string, cause?: unknown): StorageFault {
  return new StorageFault('backup_invalid', { path, problem }, cause)
}

function textOf(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function digestOf(manifest: object): string {
  return createHash('sha256').update(JSON.stringify(manifest)).digest('hex')
}
