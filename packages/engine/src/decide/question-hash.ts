import { createHash } from 'node:crypto'
import type { DecisionRequest } from '@adsum/protocol'
import { canonicalJson } from '../rights/receipts.ts'

/** Hexadecimal digits kept: enough to tell a retry from another question. */
const DIGITS = 16

/** The same question has the same hash, however its features are ordered. */
export function questionHash(request: DecisionRequest): string {
  return createHash('sha256').update(canonicalJson(request)).digest('hex').slice(0, DIGITS)
}
