import { randomUUID } from 'node:crypto'
import { AdsumError } from '@adsum/protocol'
import type { AppApi, MapAgain, MappedEvent } from '../../engine-api.ts'
import { mapMessage } from './mapping.ts'
import { isRecord, readMessage, typeOf } from './messages.ts'
import { mappedApp } from './record.ts'

/**
 * Maps quarantined messages by what the app declares today. One that now makes several events, or none,
 * stays where it is: what it once said is one entry of the quarantine.
 */
export function mapAgain(app: Pick<AppApi, 'declaration'>): MapAgain {
  return (_source, raw) => mapKept(raw, app)
}

function mapKept(raw: unknown, app: Pick<AppApi, 'declaration'>): MappedEvent {
  const type = typeOf(raw)
  // Only messages that could be read are kept.
  if (!isRecord(raw) || type === null) throw new Error('a quarantined message cannot be read')
  const message = readMessage(raw, type, randomUUID)
  const mapped = mapMessage(message, mappedApp(app))
  const [only, ...others] = mapped.kind === 'events' ? mapped.entries : []
  if (only !== undefined && others.length === 0) return only
  const problem =
    only === undefined ? `it is ${mapped.kind} now` : `it makes ${others.length + 1} events now`
  const fault = new AdsumError('message_invalid', { problem })
  const refused = { code: fault.code, message: fault.message, path: '' }
  return { refused, id: message.id, user: message.user, raw }
}
