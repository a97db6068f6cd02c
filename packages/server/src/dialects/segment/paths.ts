import type { SegmentType } from '@adsum/protocol'

/** Where clients send messages: each type under its name and, from browsers, under its first letter. */
export const MESSAGE_PATHS: Readonly<Record<string, SegmentType | 'batch'>> = {
  '/v1/track': 'track',
  '/v1/t': 'track',
  '/v1/identify': 'identify',
  '/v1/i': 'identify',
  '/v1/page': 'page',
  '/v1/p': 'page',
  '/v1/screen': 'screen',
  '/v1/s': 'screen',
  '/v1/group': 'group',
  '/v1/g': 'group',
  '/v1/alias': 'alias',
  '/v1/a': 'alias',
  '/v1/batch': 'batch',
  '/v1/b': 'batch',
}
/** Where browser clients report on themselves. */
export const SELF_METRICS_PATH = '/v1/m'
export const SETTINGS_PATH = '/v1/projects/:writeKey/settings'

/** Characters of an address that is looked at for needless slashes. */
const ADDRESS_LENGTH_MAX = 400

/**
 * The address with needless slashes taken out where that makes it one of this dialect: hosts are often
 * configured with a slash at the end, and to those that clients add one of their own.
 */
export function plainAddress(url: string): string {
  if (url.length > ADDRESS_LENGTH_MAX) return url
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  const plain = `/${path.split('/').filter(Boolean).join('/')}`
  const isOurs =
    Object.hasOwn(MESSAGE_PATHS, plain) ||
    plain === SELF_METRICS_PATH ||
    /^\/v1\/projects\/[^/]+\/settings$/.test(plain)
  return isOurs ? plain + url.slice(path.length) : url
}
