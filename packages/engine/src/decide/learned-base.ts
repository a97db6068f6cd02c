import { createHmac, timingSafeEqual } from 'node:crypto'
import type { DecideSurface } from '../app/decide-surface.ts'
import type { AppStore } from '../ports.ts'
import { decodeDecideRecord } from './decide-record.ts'
import { decideLog } from './decided-log.ts'
import { SurfaceLearner } from './surface-learner.ts'
import type { SurfaceState } from './surface-state.ts'

/** Before the names of surfaces in the keys of documents. */
const KEY_PREFIX = 'decide-base/'
/** Begins an export that can be brought back. */
const MAGIC = Buffer.from('adsum-learned-1\n')
const SIGNATURE_BYTES = 32
/** Records removed at once. */
const PAGE = 500

/**
 * What a surface begins with, where that is not nothing: the statistics of an export, or none after a
 * reset. Of the log only decisions since then are added to it.
 */
interface LearnedBase {
  /** Milliseconds since 1970 UTC. */
  readonly since: number
  /** How the rows behind it were made, and for which range of rewards: otherwise it is not taken. */
  readonly made: string
  /** In base64; null: nothing. */
  readonly statistics: string | null
}

/** What became of bytes that somebody brought: taken, or why not. */
export type ImportVerdict = 'taken' | 'format' | 'signature' | 'people'

async function readBase(store: AppStore, surface: string): Promise<LearnedBase | null> {
  const text = await store.readDocument(KEY_PREFIX + surface)
  return text === null ? null : (JSON.parse(text) as LearnedBase)
}

async function writeBase(
  store: AppStore,
  name: string,
  surface: DecideSurface,
  since: number,
  statistics: Uint8Array | null,
): Promise<void> {
  const base: LearnedBase = {
    since,
    made: madeBy(surface),
    statistics: statistics === null ? null : Buffer.from(statistics).toString('base64'),
  }
  await store.putDocument(KEY_PREFIX + name, JSON.stringify(base))
}

/**
 * Lets surfaces begin with their bases.
 * @returns for surfaces that began anew the moment from which decisions are learned
 */
export async function restoreBases(
  store: AppStore,
  states: Iterable<SurfaceState>,
): Promise<Map<string, number>> {
  const since = new Map<string, number>()
  for (const { name, surface, learner } of states) {
    const base = await readBase(store, name)
    if (base === null) continue
    since.set(name, base.since)
    const statistics = statisticsOf(base, surface)
    if (statistics !== null) learner.restoreAll(statistics)
  }
  return since
}

/** The statistics of a base; null where there are none, or where they were made for something else. */
function statisticsOf(
  { statistics, made }: LearnedBase,
  surface: DecideSurface,
): Uint8Array | null {
  return statistics === null || made !== madeBy(surface) ? null : Buffer.from(statistics, 'base64')
}

function madeBy(surface: DecideSurface): string {
  const { low, high } = surface.reward
  return `${new SurfaceLearner(surface).version} ${low} ${high}`
}

/** Lets a surface begin anew: what was decided before is not learned any more. */
export async function resetLearned(
  store: AppStore,
  name: string,
  surface: DecideSurface,
  now: number,
): Promise<void> {
  await writeBase(store, name, surface, now, null)
}

/** What was learned, signed so that only this app takes it back. */
export function signLearned(learned: Uint8Array, secret: Uint8Array): Uint8Array {
  return Buffer.concat([MAGIC, signatureOf(learned, secret), learned])
}

/**
 * Lets a surface begin with an export. Of people nothing may be in it, because it could not be taken out
 * again: neither of those who are there now nor, as exports are refused too, of those who were.
 */
export async function importLearned(
  store: AppStore,
  name: string,
  surface: DecideSurface,
  bytes: Uint8Array,
  now: number,
): Promise<ImportVerdict> {
  const headBytes = MAGIC.length + SIGNATURE_BYTES
  if (bytes.length < headBytes || !MAGIC.equals(bytes.subarray(0, MAGIC.length))) return 'format'
  const learned = bytes.subarray(headBytes)
  const said = bytes.subarray(MAGIC.length, headBytes)
  if (!timingSafeEqual(said, signatureOf(learned, await store.secret()))) return 'signature'
  if (await namesPeople(store, name)) return 'people'
  await writeBase(store, name, surface, now, learned)
  return 'taken'
}

/**
 * Removes every decision of a surface with its rewards. What was learned of them stays, unless people were
 * named: then it goes too, because they could not be taken out of it any more.
 */
export async function eraseDecided(
  store: AppStore,
  name: string,
  surface: DecideSurface,
  learned: Uint8Array,
  now: number,
): Promise<void> {
  const ids: string[] = []
  let ofPeople = false
  for await (const { id, user } of recordsOf(store, name)) {
    ids.push(id)
    ofPeople ||= user !== null
  }
  await writeBase(store, name, surface, now, ofPeople ? null : learned)
  for (let at = 0; at < ids.length; at += PAGE) await store.removeRecords(ids.slice(at, at + PAGE))
}

/** Whether decisions of a surface name anybody. */
export async function namesPeople(store: AppStore, name: string): Promise<boolean> {
  for await (const { user } of recordsOf(store, name)) if (user !== null) return true
  return false
}

async function* recordsOf(
  store: AppStore,
  surface: string,
): AsyncGenerator<{ readonly id: string; readonly user: string | null }> {
  for await (const { record } of decideLog(store)) {
    if (decodeDecideRecord(record.body).surface === surface) yield record
  }
}

function signatureOf(learned: Uint8Array, secret: Uint8Array): Buffer {
  return createHmac('sha256', secret).update('learned\n').update(learned).digest()
}
