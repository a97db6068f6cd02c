import { performance } from 'node:perf_hooks'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessRule } from '../access/access.ts'
import type { EngineApi } from '../engine-api.ts'
import type { Metrics } from '../metrics.ts'
import { Admission, AdmissionRefusal, type Ticket, WAIT_MS_MAX } from './admission.ts'
import { LoopDelay } from './loop-delay.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The place of a request that records events among those in flight. */
    ticket: Ticket | null
  }
}

const MISSING = 'missing'

/**
 * Lets requests that record events in only while there is room for them, before their bodies are read.
 * Comes after the hook that finds out who asks.
 */
export function guardAdmission(server: FastifyInstance, engine: EngineApi, metrics: Metrics): void {
  const clock = (): number => performance.now()
  const delay = new LoopDelay(clock)
  const strain = () => ({ syncMs: engine.load().syncMs, loopDelayMs: delay.milliseconds })
  const admission = new Admission(strain, clock)
  metrics.watchLoad({
    load: () => engine.load(),
    loopDelayMs: () => delay.milliseconds,
    bytesInFlight: () => admission.bytesInFlight,
    bytesWaiting: () => admission.bytesWaiting,
    apps: () => engine.apps(),
  })
  server.decorateRequest('ticket', null)
  server.addHook('onRequest', (request, reply, done) => {
    if (!records(request.routeOptions.config.access)) {
      done()
      return
    }
    const ticket = admit(admission, request, metrics)
    request.ticket = ticket
    // Also when the client goes away before it is answered.
    reply.raw.once('close', ticket.release)
    if (ticket.isWaiting) waitForRoom(ticket, reply, metrics, done)
    else done()
  })
  server.addHook('onClose', (_server, done) => {
    delay.close()
    done()
  })
}

/** Nothing of the body is read before `done`, so that what waits takes little room. */
function waitForRoom(
  ticket: Ticket,
  reply: FastifyReply,
  metrics: Metrics,
  done: (refusal?: Error) => void,
): void {
  const overdue = setTimeout(() => {
    ticket.release()
    metrics.countNotAdmitted('waited')
    done(new AdmissionRefusal('waited'))
  }, WAIT_MS_MAX)
  const stop = (): void => clearTimeout(overdue)
  reply.raw.once('close', stop)
  ticket.whenIn(() => {
    stop()
    done()
  })
}

function records(rule: AccessRule | undefined): boolean {
  return rule === 'body' || (typeof rule === 'object' && rule.scope === 'record')
}

function admit(admission: Admission, request: FastifyRequest, metrics: Metrics): Ticket {
  const { kind, keyId } = request.access
  const length = request.headers['content-length'] ?? MISSING
  try {
    return admission.admit({
      key: keyId,
      isPublic: kind === 'write',
      bytes: length === MISSING ? undefined : Number(length),
    })
  } catch (refusal) {
    if (refusal instanceof AdmissionRefusal) metrics.countNotAdmitted(refusal.reason)
    throw refusal
  }
}
