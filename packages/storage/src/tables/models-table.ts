import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ModelManifest } from '@adsum/engine/ports'

export const MODELS_SCHEMA = `
  CREATE TABLE models (
    published INTEGER PRIMARY KEY, -- counts up; the latest one is the current model
    id        TEXT NOT NULL UNIQUE,
    sha256    TEXT NOT NULL,       -- of the file models/<id>.model
    manifest  TEXT NOT NULL        -- JSON
  ) STRICT`
const SELECT_ALL = 'SELECT id, sha256, manifest FROM models ORDER BY published'
const PUT = 'INSERT OR REPLACE INTO models (id, sha256, manifest) VALUES (?, ?, ?)'
const DELETE = 'DELETE FROM models WHERE id = ?'

/** What the manifest row of a model says. */
export interface PublishedModel {
  readonly manifest: ModelManifest
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string
}

/** Which model files count. A file without a row is left over from a crash. */
export class ModelsTable {
  readonly #all: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync) {
    this.#all = db.prepare(SELECT_ALL)
    this.#put = db.prepare(PUT)
    this.#delete = db.prepare(DELETE)
  }

  put({ manifest, sha256 }: PublishedModel): void {
    this.#put.run(manifest.id, sha256, JSON.stringify(manifest))
  }

  /** All published models, the current one last. */
  all(): PublishedModel[] {
    return this.#all.all().map(({ sha256, manifest }) => ({
      sha256: String(sha256),
      manifest: JSON.parse(String(manifest)),
    }))
  }

  remove(id: string): void {
    this.#delete.run(id)
  }
}
