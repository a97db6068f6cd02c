/** For tests that speak to a server: one on a real socket, with an engine that can be made to fail. */
export { cannedDecision, MemoryApp, MemoryEngine, MemoryFiles, SECRET } from './memory-engine.ts'
export {
  type Answer,
  codeOf,
  dial,
  errorOf,
  listen,
  type Served,
  send,
  serve,
  serveMemory,
} from './serve.ts'
