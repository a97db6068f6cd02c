import { createHash } from 'node:crypto'
import type { DecisionRequest } from '@adsum/protocol'

/** Hexadecimal digits kept: enough to tell a retry from another question. */
const DIGITS = 32

/** A retry, which says the same in the same order, has the same hash. */
export function questionHash(request: DecisionRequest): string {
  return createHash('sha256').update(JSON.stringify(request)).digest('hex').slice(0, DIGITS)
}
