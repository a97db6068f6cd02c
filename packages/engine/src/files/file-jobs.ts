import {
  AdsumError,
  type FileAppRequest,
  type FileView,
  type Job,
  type Mapping,
} from '@adsum/protocol'
import { newId } from '../app/ids.ts'
import { declarationOf, summarise } from './declare.ts'
import { chooseMapping } from './file-view.ts'
import type { FileProgress } from './file-work.ts'
import { exampleUsers, importEvents } from './import-events.ts'
import type { AppMaker } from './import-target.ts'
import { judgeFile, readFileEvents } from './judge.ts'
import { type Upload, Uploads, type UploadsOptions } from './uploads.ts'

/** Jobs that may wait for the one that runs. */
export const JOBS_WAITING_MAX = 4
/** Finished jobs that can still be asked about. */
const JOBS_KEPT_MAX = 100

/** In words: what a job is doing. */
const STEPS: Readonly<Record<FileProgress['step'], string>> = {
  reading: 'reading the file',
  learning: 'learning from the earlier part',
  asking: 'asking about the later part',
}
/** Where each step of a verdict begins on the bar, and how long it is. */
const VERDICT_BAR: Readonly<
  Record<FileProgress['step'], readonly [start: number, length: number]>
> = { reading: [0, 0.2], learning: [0.2, 0.4], asking: [0.6, 0.4] }
/** Where the steps of making an app begin on the bar. */
const APP_BAR = { importing: 0.3, learning: 0.8 } as const

export interface FileJobsOptions extends UploadsOptions {
  /** Where apps are made; the engine. */
  readonly apps: AppMaker
  /** Helper threads for the arithmetic of a verdict. */
  readonly threads: number
}

type Work = (signal: AbortSignal) => Promise<Partial<Job>>

/** Files that people bring along: understood at once, worked on one after another. */
export class FileJobs {
  readonly #options: FileJobsOptions
  readonly #uploads: Uploads
  /** In the order they were asked for. */
  readonly #jobs = new Map<string, Job>()
  readonly #closing = new AbortController()
  #last: Promise<void> = Promise.resolve()
  #open = 0

  private constructor(options: FileJobsOptions, uploads: Uploads) {
    this.#options = options
    this.#uploads = uploads
  }

  static async open(options: FileJobsOptions): Promise<FileJobs> {
    return new FileJobs(options, await Uploads.open(options))
  }

  /** Takes a file in; see {@link Uploads.take} for what can go wrong. */
  upload(name: string, body: AsyncIterable<Uint8Array>): Promise<FileView> {
    return this.#uploads.take(name, body)
  }

  /**
   * Starts a verdict on a file.
   * @throws AdsumError `file_unknown`, `file_columns_unclear`, `overloaded`
   */
  async judge(file: string, asked?: Mapping): Promise<Job> {
    const upload = await this.#uploads.get(file)
    const mapping = chooseMapping(upload, asked)
    return this.#start('verdict', upload, async (signal, show) => {
      const { clock, threads } = this.#options
      const verdict = await judgeFile(orderOf(upload, mapping), {
        clock,
        threads,
        signal,
        onProgress: ({ step, done }) => {
          const [start, length] = VERDICT_BAR[step]
          show(STEPS[step], start + done * length)
        },
      })
      return { verdict }
    })
  }

  /**
   * Starts to make an app of a file.
   * @throws AdsumError `file_unknown`, `file_columns_unclear`, `app_exists`, `overloaded`
   */
  async makeApp(file: string, request: FileAppRequest): Promise<Job> {
    const upload = await this.#uploads.get(file)
    const mapping = chooseMapping(upload, request.mapping)
    const { name } = request
    this.#requireFree(name)
    return this.#start('app', upload, async (signal, show) => {
      const { clock, threads, apps } = this.#options
      const events = await readFileEvents(orderOf(upload, mapping), {
        clock,
        threads,
        signal,
        onProgress: ({ step, done }) => show(STEPS[step], done * APP_BAR.importing),
      })
      this.#requireFree(name)
      const target = await apps.declare(declarationOf(summarise(events, mapping), { name }))
      const outcome = await orTakeAway(apps, name, async () => {
        const imported = await importEvents(events, target, {
          now: clock.now(),
          onProblem: 'skip',
          signal,
          onProgress: (done) => {
            const length = APP_BAR.learning - APP_BAR.importing
            show('recording the events', APP_BAR.importing + done * length)
          },
        })
        show('learning', APP_BAR.learning)
        await target.learnNow()
        return imported
      })
      return {
        app: {
          name,
          rows: outcome.accepted,
          refused: outcome.refused,
          problems: [...outcome.problems],
          exampleUsers: exampleUsers(events),
        },
      }
    })
  }

  /** @throws AdsumError `job_unknown` */
  async job(id: string): Promise<Job> {
    const job = this.#jobs.get(id)
    if (job === undefined) throw new AdsumError('job_unknown', { job: id })
    return job
  }

  /** Ends work under way and removes every upload. */
  async close(): Promise<void> {
    this.#closing.abort(new AdsumError('overloaded'))
    await this.#last
    await this.#uploads.close()
  }

  #requireFree(name: string): void {
    if (this.#options.apps.has(name)) throw new AdsumError('app_exists', { app: name })
  }

  #start(
    kind: Job['kind'],
    upload: Upload,
    work: (
      signal: AbortSignal,
      show: (step: string, progress: number) => void,
    ) => Promise<Partial<Job>>,
  ): Job {
    if (this.#open > JOBS_WAITING_MAX) throw new AdsumError('overloaded')
    const id = newId('j', this.#options.entropy)
    const job: Job = { job: id, kind, state: 'running', step: 'waiting for its turn', progress: 0 }
    this.#jobs.set(id, job)
    this.#open++
    upload.jobs++
    const show = (step: string, progress: number): void => this.#change(id, { step, progress })
    this.#last = this.#last.then(async () => {
      await this.#run(id, (signal) => work(signal, show))
      this.#open--
      upload.jobs--
      this.#forgetOldest()
    })
    return job
  }

  /** Does a job's work; whatever goes wrong becomes the job's error. */
  async #run(id: string, work: Work): Promise<void> {
    try {
      const { signal } = this.#closing
      signal.throwIfAborted()
      const result = await work(signal)
      this.#change(id, { ...result, state: 'done', step: 'done', progress: 1 })
    } catch (fault) {
      const known = fault instanceof AdsumError
      if (!known) this.#options.report(fault, `job ${id}`)
      const { code, message } = known ? fault : new AdsumError('internal', { reference: id })
      this.#change(id, { state: 'failed', step: 'failed', error: { code, message } })
    }
  }

  #change(id: string, change: Partial<Job>): void {
    const job = this.#jobs.get(id)
    if (job !== undefined) this.#jobs.set(id, { ...job, ...change })
  }

  #forgetOldest(): void {
    for (const [id, { state }] of this.#jobs) {
      if (this.#jobs.size <= JOBS_KEPT_MAX) return
      if (state !== 'running') this.#jobs.delete(id)
    }
  }
}

/** The order to read an upload. */
function orderOf(upload: Upload, mapping: Mapping) {
  return { path: upload.path, name: upload.name, mapping, onProblem: 'skip' as const }
}

/** Does work on a new app; when it fails the half-made app goes, so that the name is free again. */
async function orTakeAway<Result>(
  apps: AppMaker,
  name: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (fault) {
    await apps.remove(name)
    throw fault
  }
}
