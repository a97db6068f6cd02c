/** What the server needs of the engine. The real one fits by its shape. */

import type {
  AppView,
  Decision,
  DecisionQuery,
  EventResult,
  FileAppRequest,
  FileView,
  ItemInput,
  ItemsView,
  Job,
  Mapping,
  Receipt,
  RewardRequest,
  RewardResponse,
  StoredDecision,
  UserView,
} from '@adsum/protocol'

/** Everything that runs in this process. */
export interface EngineApi {
  apps(): Promise<AppView[]>
  /**
   * One app; `undefined` means the only one.
   * @throws AdsumError `app_unknown`, `app_required`
   */
  app(name: string | undefined): AppApi
  readonly files: FilesApi
  close(): Promise<void>
}

/** One app. Every promise may fail with an AdsumError. */
export interface AppApi {
  readonly declaration: { readonly name: string }
  /** Judges each event for itself; the results are in the order of the events. */
  sendEvents(events: readonly unknown[]): Promise<EventResult[]>
  /** All items or none; how many were stored. */
  putItems(items: readonly ItemInput[]): Promise<number>
  findItems(query: ItemQuery): Promise<ItemsView['items']>
  decide(request: DecisionQuery): Promise<Decision>
  readDecision(id: string): Promise<StoredDecision>
  reward(decision: string, reward: RewardRequest): Promise<RewardResponse>
  readUser(user: string): Promise<UserView>
  eraseUser(user: string): Promise<Receipt>
  readReceipt(id: string): Promise<Receipt>
}

/** Which items to show: those named, or those whose title fits, or simply the first. */
export interface ItemQuery {
  readonly ids?: readonly string[]
  readonly search?: string
  readonly limit: number
}

/** Files of events that someone brought along. */
export interface FilesApi {
  /** Reads to the end of the body, or fails with its error. */
  upload(name: string, body: AsyncIterable<Uint8Array>): Promise<FileView>
  /** Starts the work and answers at once. */
  judge(file: string, mapping?: Mapping): Promise<Job>
  /** Starts the work and answers at once. */
  makeApp(file: string, request: FileAppRequest): Promise<Job>
  job(id: string): Promise<Job>
}
