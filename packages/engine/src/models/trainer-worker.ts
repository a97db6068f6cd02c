import { setPriority } from 'node:os'
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { closeKernels, openKernels } from '@adsum/kernels'
import {
  fitRanker,
  ITEMS_LEARNED_MAX,
  LearningError,
  rankerDefaults,
  SequenceFingerprint,
  SequenceLedger,
  SequenceStatistics,
} from '@adsum/learning'
import { AtRest, collectGarbage } from '../at-rest.ts'
import type {
  CompareAnswer,
  Envelope,
  Failure,
  FitAnswer,
  ForgetAnswer,
  PersonSequence,
  TrainerAnswer,
  TrainerRequest,
} from './trainer-messages.ts'

/**
 * How much learning stands back for the processor (0 to 19): answers and events come first, and under
 * full load about a quarter of a core's time is left for it, so that an erasure is not held up.
 */
const NICENESS = 5
/** New people of one message from which bringing them in together is faster. */
const BULK_PEOPLE_MIN = 16

const NOTHING_LEARNED: FitAnswer = { model: null, id: '', features: 0, seconds: 0 }

/** The sum over people of one app, and what goes along with it. */
class Total {
  readonly statistics: SequenceStatistics
  readonly fingerprint: SequenceFingerprint
  readonly ledger: SequenceLedger

  constructor(secret: Uint8Array) {
    const options = { itemsMax: ITEMS_LEARNED_MAX }
    this.statistics = new SequenceStatistics(kernels, rankerDefaults.sequence, options)
    this.fingerprint = new SequenceFingerprint(this.statistics, secret)
    this.ledger = new SequenceLedger(this.statistics, this.fingerprint)
  }

  name(first: number, names: readonly string[]): void {
    this.statistics.reserve(first + names.length)
    for (const [index, name] of names.entries()) {
      if (first + index < ITEMS_LEARNED_MAX) this.statistics.setItem(first + index, name)
    }
  }

  /** Makes the contributions of these people those of their sequences. */
  async setAll(people: readonly PersonSequence[]): Promise<void> {
    const known = people.map(({ person, sequence }): [string, Int32Array] => [
      person,
      sequence.map((item) => (item < ITEMS_LEARNED_MAX ? item : -1)),
    ])
    const fresh = known.filter(([person]) => this.ledger.sequence(person) === undefined)
    if (fresh.length > BULK_PEOPLE_MIN) await this.ledger.load(fresh)
    for (const [person, sequence] of known) this.ledger.set(person, sequence)
  }

  close(): void {
    this.fingerprint.close()
    this.statistics.close()
  }
}

interface Learned {
  readonly secret: Uint8Array
  readonly names: string[]
  readonly total: Total
  /** A total that is summed up anew to compare with. */
  fresh: Total | null
}

const { threads } = workerData as { readonly threads: number }
const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
// On Linux a thread has a niceness of its own, and the helper threads inherit it; elsewhere this would
// slow the whole process down.
if (process.platform === 'linux') setPriority(NICENESS)
/** Memory of the totals. */
const kernels = await openKernels()
const apps = new Map<string, Learned>()

/** The request being carried out; it never fails. */
let turn: Promise<void> = Promise.resolve()
/** The fit under way: one at a time, whatever app it is for, bounds what fits take. */
let fitting: Promise<unknown> = Promise.resolve()

const rest = new AtRest()
port.on('message', (request: Envelope<TrainerRequest>) => {
  rest.stir()
  turn = carryOut(request, turn)
})

/**
 * Requests are carried out one after another, because bringing many people in leaves totals incomplete
 * for a while. Only a fit goes on beside the others: it holds the totals itself while it copies them.
 */
async function carryOut(
  { call, body }: Envelope<TrainerRequest>,
  before: Promise<void>,
): Promise<void> {
  await before
  const replied = reply(call, answer(body))
  if (body.kind !== 'fit') await replied
}

async function reply(call: number, answered: Promise<TrainerAnswer>): Promise<void> {
  try {
    const message: Envelope<TrainerAnswer> = { call, body: await answered }
    port?.postMessage(message)
  } catch (fault) {
    const failure = fault instanceof Error ? fault.message : String(fault)
    port?.postMessage({ call, failure } satisfies Failure)
  }
}

async function answer(request: TrainerRequest): Promise<TrainerAnswer> {
  if (request.kind === 'open') {
    apps.set(request.app, {
      secret: request.secret,
      names: [],
      total: new Total(request.secret),
      fresh: null,
    })
    return {}
  }
  const learned = apps.get(request.app)
  if (learned === undefined) throw new Error(`the app ${request.app} is not open`)
  switch (request.kind) {
    case 'items':
      learned.names.push(...request.names)
      learned.total.name(request.first, request.names)
      return {}
    case 'people':
      await learned.total.setAll(request.people)
      return {}
    case 'forget':
      return forget(learned, request.person)
    case 'compare':
      learned.fresh ??= freshTotal(learned)
      await learned.fresh.setAll(request.people)
      return {}
    case 'compared':
      return compare(learned)
    case 'fit': {
      const before = fitting
      const fitted = before.then(() => fit(learned))
      fitting = fitted.catch(() => undefined)
      return fitted
    }
    case 'close':
      apps.delete(request.app)
      learned.total.close()
      learned.fresh?.close()
      return {}
  }
}

function forget({ total }: Learned, person: string): ForgetAnswer {
  const before = total.fingerprint.digest()
  total.ledger.set(person, null)
  return { before, after: total.fingerprint.digest() }
}

function freshTotal({ secret, names }: Learned): Total {
  const fresh = new Total(secret)
  fresh.name(0, names)
  return fresh
}

async function compare(learned: Learned): Promise<CompareAnswer> {
  const fresh = learned.fresh ?? freshTotal(learned)
  learned.fresh = null
  try {
    // A fit may be copying the totals: they are whole again when it lets go.
    const release = await learned.total.statistics.hold()
    release()
    return {
      equal: learned.total.statistics.equals(fresh.statistics),
      kept: learned.total.fingerprint.digest(),
      rebuilt: fresh.fingerprint.digest(),
    }
  } finally {
    fresh.close()
  }
}

/**
 * Fits in a memory and on helper threads of its own, which end with it: the memory of kernels never
 * shrinks, and that of a fit is several times the totals.
 */
async function fit({ total }: Learned): Promise<FitAnswer> {
  const began = performance.now()
  if (total.statistics.rows === 0) return NOTHING_LEARNED
  const own = await openKernels({ threads })
  try {
    const model = await fitRanker(total.statistics, rankerDefaults, own)
    const features = 1 + model.items.length * model.sequence.scales.length
    const bytes = model.serialise()
    return { model: bytes, id: model.id, features, seconds: (performance.now() - began) / 1000 }
  } catch (fault) {
    // The last person was erased meanwhile.
    if (fault instanceof LearningError && fault.code === 'statistics_empty') return NOTHING_LEARNED
    throw fault
  } finally {
    await closeKernels(own)
    // At once: the memory is invisible to the collector, which would let that of several fits pile up.
    collectGarbage('regular')
  }
}
