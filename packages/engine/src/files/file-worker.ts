import { parentPort, workerData } from 'node:worker_threads'
import { closeKernels, openKernels } from '@adsum/kernels'
import {
  evaluateVerdict,
  ITEMS_LEARNED_MAX,
  rankerDefaults,
  type VerdictProgress,
} from '@adsum/learning'
import { AdsumError } from '@adsum/protocol'
import { openDataSet } from './data-set.ts'
import type { FileMessage, FileProgress, FileResult, FileTask } from './file-work.ts'
import { type FileEvents, gatherEvents } from './gather-events.ts'

/** Milliseconds between two reports of progress. */
const REPORT_MS = 100

const port = parentPort
if (port === null) throw new Error('this file runs as a worker thread')
const say = (message: FileMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer)

try {
  const result = await perform(workerData as FileTask)
  say({ result }, 'events' in result ? buffersOf(result.events) : [])
} catch (fault) {
  const known = fault instanceof AdsumError
  say({
    failure: {
      code: known ? fault.code : null,
      details: known ? fault.details : {},
      message: fault instanceof Error ? fault.message : String(fault),
    },
  })
}

async function perform(task: FileTask): Promise<FileResult> {
  const { file, verdictSeed, threads } = task
  const report = reporter()
  const dataSet = await openDataSet(file.path, {
    ...(file.name === undefined ? {} : { name: file.name }),
    ...(file.encoding === undefined ? {} : { encoding: file.encoding }),
  })
  const events = await gatherEvents(dataSet, {
    mapping: file.mapping,
    onProblem: file.onProblem,
    now: file.now,
    ...(file.dateOrder === undefined ? {} : { dateOrder: file.dateOrder }),
    onProgress: (done) => report({ step: 'reading', done }),
  })
  if (verdictSeed === null) return { events }
  const kernels = await openKernels({ threads })
  try {
    const verdict = await evaluateVerdict(
      { users: events.userOf, items: events.itemOf, times: events.timeOf },
      {
        kernels,
        configuration: rankerDefaults,
        itemsMax: ITEMS_LEARNED_MAX,
        seed: verdictSeed,
        onProgress: ({ stage, done }: VerdictProgress) => report({ step: stage, done }),
      },
    )
    const { refused, problems, timeOf } = events
    return { verdict, timesKnown: timeOf !== null, refused, problems }
  } finally {
    await closeKernels(kernels)
  }
}

/** Passes progress on, but not more often than anyone can see. */
function reporter(): (progress: FileProgress) => void {
  let step = ''
  let last = 0
  return (progress) => {
    // Paces messages only; nothing that is computed depends on it.
    const now = performance.now()
    if (progress.step === step && now - last < REPORT_MS) return
    step = progress.step
    last = now
    say({ progress })
  }
}

/** The memory of the columns, handed over instead of copied. */
function buffersOf(events: FileEvents): ArrayBuffer[] {
  return [events.userOf, events.itemOf, events.lineOf, events.typeOf, events.timeOf, events.valueOf]
    .map((column) => column?.buffer)
    .filter((buffer) => buffer instanceof ArrayBuffer)
}
