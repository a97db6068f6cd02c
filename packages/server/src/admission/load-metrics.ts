import type { AppView } from '@adsum/protocol'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { EngineLoad } from '../engine-api.ts'
import type { RefusalReason } from './admission.ts'

const SYNC_HISTOGRAM = 'adsum_sync_duration_seconds'

/** Where the figures come from when somebody asks for them. */
export interface LoadSource {
  load(): EngineLoad
  /** Milliseconds that the event loop lately was late. */
  loopDelayMs(): number
  bytesInFlight(): number
  /** Bytes of requests that wait for room. */
  bytesWaiting(): number
  apps(): Promise<readonly AppView[]>
}

/** What operators watch of the way in: what waits, what takes long, what is refused, what is not learned yet. */
export class LoadMetrics {
  readonly #refusals: Counter<'reason'>
  readonly #registry: Registry

  constructor(registry: Registry) {
    this.#registry = registry
    this.#refusals = new Counter({
      name: 'adsum_admission_refusals_total',
      help: 'Requests to record events that were not let in, by reason.',
      labelNames: ['reason'] as const,
      registers: [registry],
    })
  }

  countNotAdmitted(reason: RefusalReason): void {
    this.#refusals.inc({ reason })
  }

  watch(source: LoadSource): void {
    this.#gauge(
      'adsum_queue_bytes',
      'Bytes of events and decisions that wait to be synced.',
      () => {
        return source.load().queuedBytes
      },
    )
    this.#gauge('adsum_bytes_in_flight', 'Bytes of requests to record events under way.', () =>
      source.bytesInFlight(),
    )
    this.#gauge('adsum_bytes_waiting', 'Bytes of requests that wait to be let in.', () =>
      source.bytesWaiting(),
    )
    this.#gauge('adsum_event_loop_delay_seconds', 'How late the event loop lately was.', () => {
      return source.loopDelayMs() / 1000
    })
    this.#perApp(
      'adsum_learning_behind_events',
      'Events that no served model has seen.',
      source,
      (app) => {
        return app.learning.behind
      },
    )
    this.#perApp(
      'adsum_quarantined_events',
      'Events in quarantine.',
      source,
      (app) => app.quarantined,
    )
    this.#perApp('adsum_damaged_people', 'People whose events cannot be read.', source, (app) => {
      return app.damaged.people
    })
    this.#perApp('adsum_repaired_bits', 'Bits at rest that were put right.', source, (app) => {
      return app.damaged.repaired
    })
    new SyncHistogram(source, this.#registry)
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      collect() {
        this.set(read())
      },
    })
  }

  #perApp(name: string, help: string, source: LoadSource, read: (app: AppView) => number): void {
    new Gauge({
      name,
      help,
      labelNames: ['app'] as const,
      registers: [this.#registry],
      async collect() {
        this.reset()
        for (const app of await source.apps()) this.set({ app: app.name }, read(app))
      },
    })
  }
}

/** A histogram that the store has counted: the library's own would have to see every write. */
class SyncHistogram extends Histogram<string> {
  readonly #load: LoadSource['load']

  constructor({ load }: LoadSource, registry: Registry) {
    const help = 'Time from handing events to the store until they are synced.'
    super({ name: SYNC_HISTOGRAM, help, registers: [registry] })
    this.#load = load
  }

  override async get() {
    const { syncs } = this.#load()
    const bucket = (le: string, value: number) => ({
      metricName: `${SYNC_HISTOGRAM}_bucket`,
      labels: { le },
      value,
    })
    const values = [
      ...syncs.boundsMs.map((bound, at) => bucket(String(bound / 1000), syncs.atMost[at] ?? 0)),
      bucket('+Inf', syncs.total),
      { metricName: `${SYNC_HISTOGRAM}_sum`, labels: {}, value: syncs.sumMs / 1000 },
      { metricName: `${SYNC_HISTOGRAM}_count`, labels: {}, value: syncs.total },
    ]
    return { ...(await super.get()), values }
  }
}
