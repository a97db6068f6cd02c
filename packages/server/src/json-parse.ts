import { isUtf8 } from 'node:buffer'
import { AdsumError, BODY_DEPTH_MAX, BODY_TOKENS_MAX } from '@adsum/protocol'
import { scanJson } from './json-scan.ts'
import { PROBLEM_LENGTH_MAX } from './limits.ts'

/** A text without these characters cannot spell `__proto__`, plainly or with escapes. */
const POISON_POSSIBLE = /__proto__|\\u/

/**
 * Parses a JSON body that comes from outside.
 * @throws AdsumError `body_not_json`, `body_too_deep`, `body_too_complex`; `request_invalid` for a key
 *   `__proto__`, which would change an object's prototype wherever it is copied with an assignment
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new AdsumError('body_not_json', { problem: 'it is empty' })
  const verdict = scanJson(bytes, { depthMax: BODY_DEPTH_MAX, tokensMax: BODY_TOKENS_MAX })
  if (verdict === 'too-deep') throw new AdsumError('body_too_deep', { limit: BODY_DEPTH_MAX })
  if (verdict === 'too-complex')
    throw new AdsumError('body_too_complex', { limit: BODY_TOKENS_MAX })
  if (!isUtf8(bytes)) throw new AdsumError('body_not_json', { problem: 'it is not UTF-8' })
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new AdsumError('body_not_json', { problem: problem.slice(0, PROBLEM_LENGTH_MAX) })
  }
  if (POISON_POSSIBLE.test(text)) refusePoison(value)
  return value
}

/** The depth is bounded already, so recursion is safe. */
function refusePoison(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) {
    throw new AdsumError('request_invalid', { problem: 'the key "__proto__" is not allowed' })
  }
  for (const part of Object.values(value)) refusePoison(part)
}
