import type { Decision, ErrorCode, EventResult } from '@adsum/protocol'
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import type { RefusalReason } from './admission/admission.ts'
import { LoadMetrics, type LoadSource } from './admission/load-metrics.ts'

/** Seconds. A decision takes under a millisecond, an upload minutes. */
const DURATION_BUCKETS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 120]

/** What an operator can watch; one registry per server, every label from a bounded set. */
export interface Metrics {
  /** `route` is a route's path with its parameters in braces, `page`, or `unknown`. */
  observeRequest(route: string, status: number, seconds: number): void
  countEvents(results: readonly EventResult[]): void
  countDecision(app: string, decision: Decision): void
  /** Both from a fixed set: see `dialects/segment/record.ts`. */
  countSegmentMessage(type: string, outcome: string): void
  countRefusal(code: ErrorCode): void
  /** A request that was not let in. */
  countNotAdmitted(reason: RefusalReason): void
  /** From here on the load is told as well. */
  watchLoad(source: LoadSource): void
  readonly contentType: string
  /** Prometheus' text format. */
  expose(): Promise<string>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const requests = new Histogram({
    name: 'adsum_request_duration_seconds',
    help: 'Time from the last header of a request to the last byte of its answer.',
    labelNames: ['route', 'status'] as const,
    buckets: DURATION_BUCKETS,
    registers,
  })
  const events = new Counter({
    name: 'adsum_events_total',
    help: 'Events sent, by what became of them and the code of what spoke against them.',
    labelNames: ['status', 'code'] as const,
    registers,
  })
  const decisions = new Counter({
    name: 'adsum_decisions_total',
    help: 'Decisions given; baseline tells whether the model or the baseline answered.',
    labelNames: ['app', 'surface', 'baseline'] as const,
    registers,
  })
  const segmentMessages = new Counter({
    name: 'adsum_segment_messages_total',
    help: 'Messages of Segment clients, by what became of them.',
    labelNames: ['type', 'outcome'] as const,
    registers,
  })
  const refusals = new Counter({
    name: 'adsum_refusals_total',
    help: 'Requests that were refused or failed, by the code of the error.',
    labelNames: ['code'] as const,
    registers,
  })
  const load = new LoadMetrics(registry)
  return {
    observeRequest: (route, status, seconds) => {
      requests.observe({ route, status }, seconds)
    },
    countEvents: (results) => {
      for (const { status, code = '' } of results) events.inc({ status, code })
    },
    countDecision: (app, { surface, baseline }) => {
      decisions.inc({ app, surface, baseline: String(baseline) })
    },
    countSegmentMessage: (type, outcome) => {
      segmentMessages.inc({ type, outcome })
    },
    countRefusal: (code) => {
      refusals.inc({ code })
    },
    countNotAdmitted: (reason) => load.countNotAdmitted(reason),
    watchLoad: (source) => load.watch(source),
    contentType: registry.contentType,
    expose: () => registry.metrics(),
  }
}
