export { createServer, type ServerOptions } from './create-server.ts'
export type { AppApi, EngineApi, FilesApi, ItemQuery } from './engine-api.ts'
