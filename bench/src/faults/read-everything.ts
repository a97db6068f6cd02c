import { createHash } from 'node:crypto'
import { inspect } from 'node:util'
import type { AppStore, Storage } from '@adsum/engine'
import { AdsumError } from '@adsum/protocol'
import { APP, openStorage } from './small-app.ts'

/** More than a small directory has in quarantine. */
const QUARANTINE_MAX = 1_000

/** What to ask a data directory for; {@link namesIn} finds it in an intact one. */
export interface Names {
  readonly people: readonly string[]
  readonly decisions: readonly string[]
  readonly documents: readonly string[]
}

/** By question: a hash of the answer, or the code of the error. */
export type Reading = ReadonlyMap<string, Part>
/** What the store says that it has put right. */
export const REPAIRED = 'repaired'
export type Part = { readonly answer: string } | { readonly error: string }

/** Errors that say nothing of what is wrong. */
const UNKNOWN_ERROR = 'unknown'

/** Every person and document of an intact directory. */
export async function namesIn(path: string, decisions: readonly string[]): Promise<Names> {
  const storage = await openStorage(path)
  const store = await storage.openApp(APP)
  const people: string[] = []
  for await (const { user } of store.readPeople()) people.push(user)
  const documents = await store.listDocuments('')
  await storage.close()
  return { people, decisions, documents }
}

/** Asks a data directory for everything in it. What cannot be opened has an error for all of it. */
export async function readEverything(path: string, names: Names): Promise<Reading> {
  const reading = new Map<string, Part>()
  let storage: Storage | null = null
  try {
    storage = await openStorage(path)
    reading.set('access keys', await partOf(storage.accessKeys.list()))
    const store = await storage.openApp(APP)
    reading.set(REPAIRED, await partOf(Promise.resolve(store.repaired)))
    for (const [question, answer] of questions(store, names)) {
      reading.set(question, await partOf(answer()))
    }
    // Last, since it puts right what it can.
    reading.set('scrub', await scrubbed(store))
  } catch (fault) {
    reading.set('opening', { error: codeOf(fault) })
  }
  await storage?.close().catch((fault: unknown) => {
    reading.set('closing', { error: codeOf(fault) })
  })
  return reading
}

/** Whether an error names what is wrong. */
export function isNamed(error: string): boolean {
  return error !== UNKNOWN_ERROR && error !== 'internal'
}

function* questions(
  store: AppStore,
  { people, decisions, documents }: Names,
): Generator<[question: string, answer: () => Promise<unknown>]> {
  yield ['totals', () => store.totals()]
  yield ['secret', () => store.secret()]
  yield ['pseudonym', () => store.pseudonym('person-1')]
  yield ['items', () => store.readItems()]
  yield ['model', () => store.currentModel()]
  yield ['documents', () => store.listDocuments('')]
  yield ['quarantine', () => store.readQuarantine({ limit: QUARANTINE_MAX })]
  for (const key of documents) yield [`document ${key}`, () => store.readDocument(key)]
  for (const user of people) yield [`person ${user}`, () => store.readUser(user)]
  for (const id of decisions) {
    yield [`decision ${id}`, () => store.readRecord(id)]
    yield [`rewards ${id}`, () => store.readRewards(id)]
  }
  yield ['everyone', () => Array.fromAsync(store.readPeople())]
}

async function scrubbed(store: AppStore): Promise<Part> {
  try {
    const { damaged } = await store.scrub()
    return damaged === 0 ? { answer: 'intact' } : { error: 'damaged' }
  } catch (fault) {
    return { error: codeOf(fault) }
  }
}

async function partOf(answer: Promise<unknown>): Promise<Part> {
  try {
    return {
      answer: createHash('sha256')
        .update(textOf(await answer))
        .digest('hex'),
    }
  } catch (fault) {
    return { error: codeOf(fault) }
  }
}

/** As text: bytes of V8's own format differ with how an engine at work represents the same numbers. */
function textOf(value: unknown): string {
  return inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null })
}

function codeOf(fault: unknown): string {
  return fault instanceof AdsumError ? fault.code : UNKNOWN_ERROR
}
