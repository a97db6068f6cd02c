/** What a failed call becomes: always an AdsumError, except when the caller ended it. */

import { AdsumError, isErrorCode } from '@adsum/protocol'

/** Reads a refusal. One that is not Adsum's own, or has a code of a later version, is told as such. */
export async function refusalOf(response: Response): Promise<AdsumError> {
  const { status, url } = response
  const unexpected = (message?: string): AdsumError =>
    new AdsumError('answer_unexpected', { url, status }, message === undefined ? {} : { message })
  const text = await response.text()
  let body: unknown
  try {
    body = JSON.parse(text)
  } catch {
    return unexpected()
  }
  const error = fieldOf(body, 'error')
  const code = fieldOf(error, 'code')
  const message = fieldOf(error, 'message')
  const path = fieldOf(error, 'path')
  if (typeof code !== 'string' || typeof message !== 'string') return unexpected()
  if (!isErrorCode(code)) return unexpected(`${code}: ${message}`)
  return new AdsumError(code, {}, { message, ...(typeof path === 'string' && { path }) })
}

/** The call had no answer. */
export function unreachable(url: string, cause: unknown): AdsumError {
  // `fetch` says only "fetch failed"; what happened is one level down.
  const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const problem = reason instanceof Error ? reason.message || reason.name : String(reason)
  return new AdsumError('server_unreachable', { url, problem }, { cause })
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Reflect.get(value, name)
}
