export type { AppEvent, AppItem, AppQuestion, AppShape } from './app-shape.ts'
export {
  type Client,
  type ClientOptions,
  createClient,
  type ItemsQuestion,
} from './create-client.ts'
export type { CallOptions } from './transport.ts'
