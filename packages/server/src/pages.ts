import { existsSync } from 'node:fs'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { ASSET_AGE_SECONDS } from './limits.ts'

/** Addresses of pages. The console finds out by itself which one to show. */
const PAGE_PATHS = ['/', '/apps/:name', '/apps/:name/banner'] as const

/** Where the console's build puts files whose names change with their content. */
const ASSETS = '/assets/'

/**
 * Serves the built console in `folder`: the page at every page path, and its files. Nothing else of
 * the disk can be reached, because a route is made for each file that is there at the start.
 */
export function registerPages(server: FastifyInstance, folder: string): void {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Error(`there are no built pages in ${folder}`)
  }
  void server.register(async (pages) => {
    pages.addHook('onRoute', (route) => {
      route.config = { ...route.config, access: 'page' }
    })
    await pages.register(helmet, {
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          defaultSrc: ["'none'"],
          scriptSrc: ["'self'"],
          // The component library sets sizes and colours in style attributes and style elements.
          styleSrc: ["'self'", "'unsafe-inline'"],
          imgSrc: ["'self'", 'data:'],
          fontSrc: ["'self'"],
          connectSrc: ["'self'"],
          manifestSrc: ["'self'"],
          formAction: ["'self'"],
          baseUri: ["'none'"],
          frameAncestors: ["'none'"],
        },
      },
      // Meant for names with certificates; this machine's own address has none.
      strictTransportSecurity: false,
    })
    await pages.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      index: false,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const stable = path.slice(folder.length).replaceAll('\\', '/').startsWith(ASSETS)
        reply.header(
          'cache-control',
          stable ? `public, max-age=${ASSET_AGE_SECONDS}, immutable` : 'no-cache',
        )
      },
    })
    for (const path of PAGE_PATHS) {
      pages.get(path, (_request, reply) => reply.sendFile('index.html'))
    }
  })
}
