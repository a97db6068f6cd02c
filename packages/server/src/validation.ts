import { AdsumError } from '@adsum/protocol'
import { PROBLEM_LENGTH_MAX } from './limits.ts'

/** The part of a schema of the protocol that validation needs. */
interface Schema {
  safeParse(value: unknown): ParseResult
}
type ParseResult =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly error: { readonly issues: readonly Issue[] } }
interface Issue {
  readonly message: string
  readonly path: readonly PropertyKey[]
  readonly keys?: readonly string[]
}

const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/

/**
 * The value as the schema makes it: defaults filled in.
 * @throws AdsumError `request_invalid` with the first fault and its place, below `root`
 */
export function validate(schema: Schema, value: unknown, root = ''): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const problem = issue?.message ?? 'it is not valid'
  const stray = issue?.keys?.slice(0, 1) ?? []
  throw new AdsumError(
    'request_invalid',
    { problem: problem.slice(0, PROBLEM_LENGTH_MAX) },
    { path: formatPath([...(issue?.path ?? []), ...stray], root).slice(0, PROBLEM_LENGTH_MAX) },
  )
}

/** A path as one would write it in code: `events[3].value`, `context["time of day"]`. */
export function formatPath(path: readonly PropertyKey[], root = ''): string {
  let text = root
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`
    else if (!PLAIN_NAME.test(String(part))) text += `[${JSON.stringify(String(part))}]`
    else text += text === '' ? String(part) : `.${String(part)}`
  }
  return text
}
