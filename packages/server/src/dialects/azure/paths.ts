/**
 * Where released clients ask: the generally available one, the preview one, and raw HTTP on the last
 * preview, which names its version in the query.
 */
export const ROOT = '/personalizer'
export const PREFIXES = [`${ROOT}/v1.0`, `${ROOT}/v1.1-preview.3`, ROOT] as const
export type Prefix = (typeof PREFIXES)[number]
/** Its client takes a correct answer for a wrong one unless it is told the path (see `routes.ts`). */
export const PREVIEW_PREFIX: Prefix = `${ROOT}/v1.1-preview.3`
/** What the prefix without a version needs in its query. */
export const API_VERSION = '2022-09-01-preview'

/** Characters of an address that is looked at for needless slashes: the longest id, percent-encoded. */
const ADDRESS_LENGTH_MAX = 2_600

/**
 * The address with needless slashes taken out where that makes it one of this dialect: clients put their
 * path behind the endpoint as it was typed, with or without a slash at its end.
 */
export function plainPersonalizerAddress(url: string): string {
  if (!url.startsWith('//') || url.length > ADDRESS_LENGTH_MAX) return url
  const plain = url.replace(/^\/+/, '/')
  return plain.startsWith(`${ROOT}/`) ? plain : url
}
