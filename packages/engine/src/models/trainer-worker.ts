import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { openKernels } from '@adsum/kernels'
import {
  fitRanker,
  ITEMS_LEARNED_MAX,
  rankerDefaults,
  SequenceFingerprint,
  SequenceLedger,
  SequenceStatistics,
} from '@adsum/learning'
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

  set({ person, sequence }: PersonSequence): void {
    this.ledger.set(
      person,
      sequence.map((item) => (item < ITEMS_LEARNED_MAX ? item : -1)),
    )
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
const kernels = await openKernels({ threads })
const apps = new Map<string, Learned>()

port.on('message', (message: Envelope<TrainerRequest>) => {
  answer(message.body).then(
    (body) => port.postMessage({ call: message.call, body } satisfies Envelope<TrainerAnswer>),
    (fault: unknown) => {
      const failure = fault instanceof Error ? fault.message : String(fault)
      port.postMessage({ call: message.call, failure } satisfies Failure)
    },
  )
})

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
      for (const person of request.people) learned.total.set(person)
      return {}
    case 'forget':
      return forget(learned, request.person)
    case 'compare':
      learned.fresh ??= freshTotal(learned)
      for (const person of request.people) learned.fresh.set(person)
      return {}
    case 'compared':
      return compare(learned)
    case 'fit':
      return fit(learned)
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

function compare(learned: Learned): CompareAnswer {
  const fresh = learned.fresh ?? freshTotal(learned)
  learned.fresh = null
  try {
    const kept = learned.total.statistics.serialise()
    const rebuilt = fresh.statistics.serialise()
    return {
      equal: Buffer.compare(kept, rebuilt) === 0,
      bytes: kept.length,
      kept: learned.total.fingerprint.digest(),
      rebuilt: fresh.fingerprint.digest(),
    }
  } finally {
    fresh.close()
  }
}

async function fit({ total }: Learned): Promise<FitAnswer> {
  const began = performance.now()
  const model = await fitRanker(total.statistics, rankerDefaults, kernels)
  try {
    const features = 1 + model.items.length * model.sequence.scales.length
    const bytes = model.serialise()
    return { model: bytes, id: model.id, features, seconds: (performance.now() - began) / 1000 }
  } finally {
    model.close()
  }
}
