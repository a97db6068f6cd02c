import type { FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whether a key may come in the header of Azure's clients. */
    readonly takesSubscriptionKey?: boolean
  }
}

const HEADER = 'ocp-apim-subscription-key'

/** The key in the header of clients of Azure's services, on routes that take one from there. */
export function subscriptionKey({ headers, routeOptions }: FastifyRequest): string | undefined {
  if (routeOptions.config.takesSubscriptionKey !== true) return undefined
  const key = headers[HEADER]
  return typeof key === 'string' ? key : undefined
}
