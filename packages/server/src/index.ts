export { createServer, type ServerOptions } from './create-server.ts'
export { mapAgain } from './dialects/segment/map-again.ts'
export type { AppApi, EngineApi, FilesApi, ItemQuery } from './engine-api.ts'
