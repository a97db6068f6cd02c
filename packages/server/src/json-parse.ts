import { isUtf8 } from 'node:buffer'
import { AdsumError, BODY_DEPTH_MAX, BODY_MEMBERS_MAX, BODY_TOKENS_MAX } from '@adsum/protocol'
import { scanJson } from './json-scan.ts'
import { PROBLEM_LENGTH_MAX } from './limits.ts'

/** What is looked for before anything is parsed. */
const BOUNDS = {
  depthMax: BODY_DEPTH_MAX,
  tokensMax: BODY_TOKENS_MAX,
  membersMax: BODY_MEMBERS_MAX,
}

/**
 * The key `__proto__`, each letter plain or as an escape. Only a key is followed by a colon; no text can
 * look like one, because a quotation mark inside a text has a backslash before it. (A key that ends in
 * `"__proto__` with a quotation mark of its own is found as well, and is no loss.)
 */
const POISON =
  /"(?:_|\\u005[fF]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[fF])(?:t|\\u0074)(?:o|\\u006[fF])(?:_|\\u005[fF]){2}"\s*:/

/**
 * Parses a JSON body that comes from outside.
 * @throws AdsumError `body_not_json`, `body_too_deep`, `body_too_complex`, `body_too_wide`;
 *   `request_invalid` for a key `__proto__`, which would change an object's prototype wherever it is
 *   copied with an assignment
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) throw new AdsumError('body_not_json', { problem: 'it is empty' })
  const verdict = scanJson(bytes, BOUNDS)
  if (verdict === 'too-deep') throw new AdsumError('body_too_deep', { limit: BODY_DEPTH_MAX })
  if (verdict === 'too-complex')
    throw new AdsumError('body_too_complex', { limit: BODY_TOKENS_MAX })
  if (verdict === 'too-wide') throw new AdsumError('body_too_wide', { limit: BODY_MEMBERS_MAX })
  if (!isUtf8(bytes)) throw new AdsumError('body_not_json', { problem: 'it is not UTF-8' })
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new AdsumError('body_not_json', { problem: problem.slice(0, PROBLEM_LENGTH_MAX) })
  }
  if (POISON.test(text)) {
    throw new AdsumError('request_invalid', { problem: 'the key "__proto__" is not allowed' })
  }
  return value
}
