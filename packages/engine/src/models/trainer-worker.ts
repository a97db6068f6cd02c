import { parentPort, workerData } from 'node:worker_threads'
import { type Kernels, openKernels } from '@adsum/kernels'
import {
  fitRanker,
  ITEMS_LEARNED_MAX,
  rankerDefaults,
  type SequenceFingerprint,
  type SequenceLedger,
  type SequenceStatistics,
} from '@adsum/learning'
import type {
  Envelope,
  Failure,
  FitAnswer,
  TrainerAnswer,
  TrainerRequest,
} from './trainer-messages.ts'

/** One app's statistics. */
interface Learned {
  readonly secret: Uint8Array
  readonly statistics: SequenceStatistics
  readonly fingerprint: SequenceFingerprint
  readonly ledger: SequenceLedger
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
