export type { AppEvent, AppItem, AppQuestion, AppShape } from './app-shape.ts'
export {
  type Client,
  type ClientOptions,
  createClient,
  type ItemsQuestion,
  type QuarantineQuestion,
} from './create-client.ts'
export type { Loss, QueueListeners, Refusal } from './queue/event-queue.ts'
export { openBrowserStore } from './queue/indexed-db-store.ts'
export { createMemoryStore } from './queue/memory-store.ts'
export type { PlacedEvent, QueuedEvent, QueueSize, QueueStore } from './queue/queue-store.ts'
export type { CallOptions } from './transport.ts'
