import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { seal, unseal } from '../cipher.ts'
import { isTreeSound } from '../database.ts'
import { ROW_SEPARATOR } from '../event-coding.ts'
import { StorageFault } from '../fault.ts'
import type { AppKeys } from '../keys.ts'
import type { RandomStream } from '../random-stream.ts'
import { nextRow, type TableRow } from './table-row.ts'
import { TAG_BYTES, tagBytes, tagsOf } from './tags.ts'

/** Events of a chunk, at most: what a look for one id has to open. */
const CHUNK_EVENTS_MAX = 2048
/** A last chunk with fewer events than this is written again with the new ones, not followed. */
const TAIL_EVENTS_MIN = 16

/** Chunks of one person, at most; numbers of people stay exact up to 2^33. */
const CHUNKS_PER_PERSON = 2 ** 20

/**
 * One person's chunks lie together, so that reading and erasing them touch few pages. An ordinary table
 * rather than WITHOUT ROWID: looking for a key in the latter reads the whole of long rows on the way.
 */
export const CHUNKS_TABLE = 'chunks'
export const CHUNKS_SCHEMA = `
  CREATE TABLE ${CHUNKS_TABLE} (
    place INTEGER PRIMARY KEY,     -- person * ${CHUNKS_PER_PERSON} + number of the chunk, from 0
    tags  BLOB NOT NULL,           -- for each event 4 bytes of a keyed hash of its id
    body  BLOB NOT NULL            -- the events' rows, sealed with the person's key
  ) STRICT`
const SELECT_ROWS = 'SELECT place, body FROM chunks WHERE place BETWEEN ? AND ? ORDER BY place'
const SELECT_TAGS = 'SELECT place, tags FROM chunks WHERE place BETWEEN ? AND ?'
const SELECT_ALL_TAGS = 'SELECT place, tags FROM chunks'
const SELECT_ONE = 'SELECT body FROM chunks WHERE place = ?'
const SELECT_LAST = `
  SELECT place, tags, CASE WHEN length(tags) < ${TAIL_EVENTS_MIN * TAG_BYTES} THEN body END AS body
  FROM chunks WHERE place BETWEEN ? AND ? ORDER BY place DESC LIMIT 1`
const SELECT_NEXT = `
  SELECT place AS row, length(body) AS bytes FROM chunks WHERE place > ? ORDER BY place LIMIT 1`
const SELECT_TAGS_OF_ONE = 'SELECT tags FROM chunks WHERE place = ?'
const PUT = 'INSERT OR REPLACE INTO chunks (place, tags, body) VALUES (?, ?, ?)'
const DELETE = 'DELETE FROM chunks WHERE place BETWEEN ? AND ?'

/** The log: every event of a person, in chunks that only the person's key opens. */
export class ChunksTable {
  readonly #db: DatabaseSync
  readonly #keys: AppKeys
  readonly #random: RandomStream
  readonly #rows: StatementSync
  readonly #tags: StatementSync
  readonly #allTags: StatementSync
  readonly #one: StatementSync
  readonly #last: StatementSync
  readonly #next: StatementSync
  readonly #tagsOfOne: StatementSync
  readonly #put: StatementSync
  readonly #delete: StatementSync

  constructor(db: DatabaseSync, keys: AppKeys, random: RandomStream) {
    this.#db = db
    this.#keys = keys
    this.#random = random
    this.#rows = db.prepare(SELECT_ROWS)
    this.#tags = db.prepare(SELECT_TAGS)
    this.#allTags = db.prepare(SELECT_ALL_TAGS)
    this.#one = db.prepare(SELECT_ONE)
    this.#last = db.prepare(SELECT_LAST)
    this.#next = db.prepare(SELECT_NEXT)
    this.#tagsOfOne = db.prepare(SELECT_TAGS_OF_ONE)
    this.#put = db.prepare(PUT)
    this.#delete = db.prepare(DELETE)
  }

  /** Adds rows with their tags after what is there. */
  append(person: number, rows: readonly string[], tags: readonly number[]): void {
    let { place, text, marks } = this.#tail(person)
    for (let from = 0; from < rows.length; place++) {
      const to = Math.min(rows.length, from + CHUNK_EVENTS_MAX - marks.length)
      const body = Buffer.from(text + rows.slice(from, to).join(ROW_SEPARATOR))
      const sealed = seal(this.#keys.of(person), nameOfChunk(place), body, this.#random)
      this.#put.run(place, tagBytes([...marks, ...tags.slice(from, to)]), sealed)
      from = to
      text = ''
      marks = []
    }
  }

  /** Keeps rows that cannot be opened as a chunk that cannot be opened, for whoever reads them. */
  keepDamaged(person: number, tags: readonly number[], body: Uint8Array): void {
    const last = this.#last.get(firstPlace(person), lastPlace(person))
    const place = last === undefined ? firstPlace(person) : (last.place as number) + 1
    this.#put.run(place, tagBytes(tags), body)
  }

  /** Where to go on writing: the last chunk with what it holds when it is small, else a new one. */
  #tail(person: number): { place: number; text: string; marks: readonly number[] } {
    const last = this.#last.get(firstPlace(person), lastPlace(person))
    if (last === undefined) return { place: firstPlace(person), text: '', marks: [] }
    const place = last.place as number
    const next = { place: place + 1, text: '', marks: [] }
    if (last.body === null) return next
    try {
      const text = this.#open(place, last.body as Uint8Array) + ROW_SEPARATOR
      return { place, text, marks: tagsOf(last.tags) }
    } catch (error) {
      // A damaged chunk stays as it is, for whoever reads it; new events must not suffer from it.
      if (error instanceof StorageFault) return next
      throw error
    }
  }

  /** All rows of a person. */
  rowsOf(person: number): string {
    return this.#rows
      .all(firstPlace(person), lastPlace(person))
      .map(({ place, body }) => this.#open(place as number, body as Uint8Array))
      .join(ROW_SEPARATOR)
  }

  /** The places of a person's chunks that hold an event with this tag. */
  placesWith(person: number, tag: number): number[] {
    return this.#tags
      .all(firstPlace(person), lastPlace(person))
      .filter(({ tags }) => tagsOf(tags).includes(tag))
      .map(({ place }) => place as number)
  }

  /** The rows of one chunk. */
  rowsAt(place: number): string {
    return this.#open(place, this.#one.get(place)?.body as Uint8Array)
  }

  /** The next chunk after a place; null when there is none. */
  next(after: number): TableRow | null {
    return nextRow(this.#next, after)
  }

  /** The tags of the events of one chunk. */
  tagsAt(place: number): number[] {
    return tagsOf(this.#tagsOfOne.get(place)?.tags)
  }

  /** Whether every byte of the table's pages is accounted for and its rows are in order. */
  get isSound(): boolean {
    return isTreeSound(this.#db, CHUNKS_TABLE)
  }

  /** The tags of a person's events. */
  tagsOfPerson(person: number): number[] {
    return this.#tags.all(firstPlace(person), lastPlace(person)).flatMap(({ tags }) => tagsOf(tags))
  }

  /** The tags of all events, chunk by chunk. */
  *allTags(): Iterable<{ readonly person: number; readonly tags: readonly number[] }> {
    for (const { place, tags } of this.#allTags.iterate()) {
      yield { person: personAt(place as number), tags: tagsOf(tags) }
    }
  }

  remove(person: number): void {
    this.#delete.run(firstPlace(person), lastPlace(person))
  }

  #open(place: number, body: Uint8Array): string {
    return unseal(this.#keys.of(personAt(place)), nameOfChunk(place), body).toString()
  }
}

function firstPlace(person: number): number {
  return person * CHUNKS_PER_PERSON
}

function lastPlace(person: number): number {
  return firstPlace(person) + CHUNKS_PER_PERSON - 1
}

/** Whose chunk stands at a place. */
export function personAt(place: number): number {
  return Math.floor(place / CHUNKS_PER_PERSON)
}

/** What a chunk is called where it is sealed. */
export function nameOfChunk(place: number): string {
  return `events of person ${personAt(place)}, chunk ${place % CHUNKS_PER_PERSON}`
}
