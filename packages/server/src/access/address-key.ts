import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a write key may stand in the address, as `?key=`. */
    readonly takesKeyInAddress?: boolean
  }
}

/**
 * The write key in a request's address, on routes that take one. A page that is being left can only
 * send a beacon, which carries no headers but always the page's `Origin`, so the key's list of origins
 * holds as it does elsewhere. No other kind of key is taken from an address, where logs and histories
 * would keep it; a write key is public anyway.
 */
export function keyInAddress({ query, routeOptions }: FastifyRequest): string | undefined {
  if (routeOptions.config.takesKeyInAddress !== true) return undefined
  const key = typeof query === 'object' && query !== null && 'key' in query ? query.key : undefined
  return typeof key === 'string' ? key : undefined
}
