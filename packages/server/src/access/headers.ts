import type { FastifyReply, FastifyRequest } from 'fastify'
import helmet from 'helmet'

/** Seconds that browsers keep to https for a production server: a year. */
const HSTS_SECONDS = 365 * 24 * 60 * 60

/**
 * Headers of every answer of the API: it is data, never a page, so a browser that is made to show it may
 * load, run and frame nothing. Pages have their own (pages.ts).
 * @param isProduction whether the server is reached under https; only then is https asked for
 */
export function apiHeaders(
  isProduction: boolean,
): (request: FastifyRequest, reply: FastifyReply) => void {
  const harden = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Nothing is known of subdomains: they may be somebody else's.
    strictTransportSecurity: isProduction
      ? { maxAge: HSTS_SECONDS, includeSubDomains: false }
      : false,
    // These speak to browsers of long ago, or of pages only.
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xXssProtection: false,
    xFrameOptions: { action: 'deny' },
  })
  return (request, reply) => {
    harden(request.raw, reply.raw, (fault) => {
      if (fault !== undefined) throw fault
    })
  }
}
