import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { seal, unseal } from '../cipher.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'

/** Events of a chunk, at most: what a look for one id has to open. */
const CHUNK_EVENTS_MAX = 2048
/** A last chunk with fewer events than this is written again with the new ones, not followed. */
const TAIL_EVENTS_MIN = 32
const TAG_BYTES = 4

export const CHUNKS_SCHEMA = `
  CREATE TABLE chunks (
    person INTEGER NOT NULL,
    chunk  INTEGER NOT NULL,       -- counts from 0 within the person
    tags   BLOB NOT NULL,          -- for each event 4 bytes of a keyed hash of its id
    body   BLOB NOT NULL,          -- the events' rows, sealed with the person's key
    PRIMARY KEY (person, chunk)    -- one person's events lie together: reading and erasing are local
  ) STRICT, WITHOUT ROWID`
const SELECT_ROWS = 'SELECT chunk, body FROM chunks WHERE person = ? ORDER BY chunk'
const SELECT_TAGS = 'SELECT chunk, tags FROM chunks WHERE person = ?'
const SELECT_ALL_TAGS = 'SELECT person, tags FROM chunks'
const SELECT_ONE = 'SELECT body FROM chunks WHERE person = ? AND chunk = ?'
const SELECT_LAST =
  'SELECT chunk, tags, body FROM chunks WHERE person = ? ORDER BY chunk DESC LIMIT 1'
const PUT = 'INSERT OR REPLACE INTO chunks (person, chunk, tags, body) VALUES (?, ?, ?, ?)'
const DELETE = 'DELETE FROM chunks WHERE person = ?'

/** The log: every event of a person, in chunks that only the person's key opens. */
export class ChunksTable {
  readonly #keys: AppKeys
  readonly #random: RandomStream
  readonly #rows: StatementSync
  readonly #tags: StatementSync
  readonly #allTags: StatementSync
  readonly #one: StatementSync
  readonly #last: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#keys = keys
    this.#random = random
    this.#rows = db.prepare(SELECT_ROWS)
    this.#tags = db.prepare(SELECT_TAGS)
    this.#allTags = db.prepare(SELECT_ALL_TAGS)
    this.#one = db.prepare(SELECT_ONE)
    this.#last = db.prepare(SELECT_LAST)
    this.#put = db.prepare(PUT)
    this.#delete = db.prepare(DELETE)
  }

  /** Adds rows with their tags after what is there. */
  append(person: number, rows: readonly string[], tags: readonly number[]): void {
    let { chunk, text, marks } = this.#tail(person)
    for (let from = 0; from < rows.length; chunk++) {
      const to = Math.min(rows.length, from + CHUNK_EVENTS_MAX - marks.length)
      const body = Buffer.from(text + rows.slice(from, to).join(','))
      const sealed = seal(this.#keys.of(person), place(person, chunk), body, this.#random)
      this.#put.run(person, chunk, tagBytes([...marks, ...tags.slice(from, to)]), sealed)
      from = to
      text = ''
      marks = []
    }
  }

  /** Where to go on writing: the last chunk with what it holds when it is small, else a new one. */
  #tail(person: number): { chunk: number; text: string; marks: readonly number[] } {
    const last = this.#last.get(person)
    if (last === undefined) return { chunk: 0, text: '', marks: [] }
    const chunk = last.chunk as number
    const marks = tagsOf(last.tags as Uint8Array)
    const next = { chunk: chunk + 1, text: '', marks: [] }
    if (marks.length >= TAIL_EVENTS_MIN) return next
    try {
      return { chunk, text: `${this.#open(person, chunk, last.body as Uint8Array)},`, marks }
    } catch (error) {
      // A damaged chunk stays as it is, for whoever reads it; new events must not suffer from it.
      if (error instanceof StorageFault) return next
      throw error
    }
  }

  /** All rows of a person, joined by commas. */
  rowsOf(person: number): string {
    return this.#rows
      .all(person)
      .map(({ chunk, body }) => this.#open(person, chunk as number, body as Uint8Array))
      .join(',')
  }

  /** The numbers of a person's chunks that hold an event with this tag. */
  chunksWith(person: number, tag: number): number[] {
    return this.#tags
      .all(person)
      .filter(({ tags }) => tagsOf(tags as Uint8Array).includes(tag))
      .map(({ chunk }) => chunk as number)
  }

  /** The rows of one chunk. */
  rowsOfChunk(person: number, chunk: number): string {
    return this.#open(person, chunk, this.#one.get(person, chunk)?.body as Uint8Array)
  }

  /** The tags of a person's events. */
  tagsOfPerson(person: number): number[] {
    return this.#tags.all(person).flatMap(({ tags }) => tagsOf(tags as Uint8Array))
  }

  /** The tags of all events, chunk by chunk. */
  *allTags(): Iterable<{ readonly person: number; readonly tags: readonly number[] }> {
    for (const { person, tags } of this.#allTags.iterate()) {
      yield { person: person as number, tags: tagsOf(tags as Uint8Array) }
    }
  }

  remove(person: number): void {
    this.#delete.run(person)
  }

  #open(person: number, chunk: number, body: Uint8Array): string {
    return unseal(this.#keys.of(person), place(person, chunk), body).toString()
  }
}

function place(person: number, chunk: number): string {
  return `events of person ${person}, chunk ${chunk}`
}

function tagBytes(tags: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(tags.length * TAG_BYTES)
  for (const [at, tag] of tags.entries()) bytes.writeUInt32LE(tag, at * TAG_BYTES)
  return bytes
}

function tagsOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / TAG_BYTES }, (_, at) =>
    view.getUint32(at * TAG_BYTES, true),
  )
}
