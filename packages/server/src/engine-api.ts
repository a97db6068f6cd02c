/** What the server needs of the engine. The real one fits by its shape. */

import type {
  ActivationResponse,
  AppView,
  Backup,
  DataCheck,
  Decision,
  DecisionQuery,
  ErrorCode,
  EventInput,
  EventResult,
  FileAppRequest,
  FileView,
  ItemInput,
  ItemsView,
  Job,
  Mapping,
  PersonalizerMapping,
  QuarantineView,
  Receipt,
  ReplayResponse,
  RewardRequest,
  RewardResponse,
  SegmentMapping,
  StoredDecision,
  SurfaceMode,
  SurfaceReport,
  UserView,
} from '@adsum/protocol'
import type { AccessKeysApi } from './access/access-keys-api.ts'

/** Everything that runs in this process. */
export interface EngineApi {
  apps(): Promise<AppView[]>
  /**
   * One app; `undefined` means the only one.
   * @throws AdsumError `app_unknown`, `app_required`
   */
  app(name: string | undefined): AppApi
  readonly files: FilesApi
  /**
   * Gives a `decide` surface other settings; what was learned stays.
   * @throws AdsumError `app_unknown`, `surface_unknown`, `declaration_invalid`
   */
  tuneSurface(app: string, surface: string, settings: SurfaceTuning): Promise<void>
  /** Lets a `decide` surface begin anew; the log stays. */
  resetLearned(app: string, surface: string): Promise<void>
  /** Lets it begin with an export of its own, or says why not. */
  importLearned(
    app: string,
    surface: string,
    bytes: Uint8Array,
  ): Promise<'taken' | 'format' | 'signature' | 'people'>
  /** Removes its decisions; what was learned stays where they named nobody. */
  eraseDecided(app: string, surface: string): Promise<void>
  /** How busy the stores of all apps are. */
  load(): EngineLoad
  readonly accessKeys: AccessKeysApi
  /** Copies everything at rest into a folder of the data directory. @throws AdsumError `overloaded` */
  backUp(request: { readonly withKeys: boolean }): Promise<Backup>
  /** Reads and checks everything at rest. */
  checkData(): Promise<DataCheck[]>
  /** Milliseconds since 1970 UTC. */
  readonly clock: { now(): number }
  close(): Promise<void>
}

/** How busy the stores are; what waits is bounded, what takes long makes the server let fewer in. */
export interface EngineLoad {
  /** Bytes that wait to be synced. */
  readonly queuedBytes: number
  /** How long a write takes at present until it is synced, milliseconds. */
  readonly syncMs: number
  /** All writes so far: by upper bound in milliseconds how many took no longer, how many, how long in all. */
  readonly syncs: {
    readonly boundsMs: readonly number[]
    readonly atMost: readonly number[]
    readonly total: number
    readonly sumMs: number
  }
}

/** One app. Every promise may fail with an AdsumError. */
export interface AppApi {
  readonly declaration: DeclarationView
  /** What foreign protocols remember beside the app. */
  readonly notes: NotesApi
  readonly decided: DecidedApi
  /**
   * Judges each event for itself; the results are in the order of the events. `sent` is what the sender's
   * clock showed as the request left, an ISO 8601 time.
   */
  sendEvents(events: readonly unknown[], sent?: string): Promise<EventResult[]>
  /**
   * Takes what a dialect made of foreign messages, one entry a message; the results are in their order.
   * Events are judged, recorded and quarantined as those of {@link sendEvents} are.
   */
  recordMapped(
    entries: readonly MappedEvent[],
    source: DialectName,
    clock: MessageClock,
  ): Promise<EventResult[]>
  readQuarantine(query: {
    readonly limit: number
    readonly code?: string | undefined
  }): Promise<QuarantineView>
  /**
   * Judges quarantined events anew, all or those named, by today's declaration and catalogue and their
   * own clocks. Messages of a dialect are mapped anew by `mapAgain`; without it they stay.
   * @throws AdsumError `quarantine_unknown`, before anything is done
   */
  replayQuarantine(ids: readonly string[] | undefined, mapAgain?: MapAgain): Promise<ReplayResponse>
  /** Discards a quarantined event. @throws AdsumError `quarantine_unknown` */
  removeQuarantined(id: string): Promise<void>
  /** All items or none; how many were stored. */
  putItems(items: readonly ItemInput[]): Promise<number>
  findItems(query: ItemQuery): Promise<ItemsView['items']>
  decide(request: DecisionQuery): Promise<Decision>
  readDecision(id: string): Promise<StoredDecision>
  reward(decision: string, reward: RewardRequest): Promise<RewardResponse>
  activateDecision(id: string): Promise<ActivationResponse>
  readSurface(name: string): Promise<SurfaceReport>
  readUser(user: string): Promise<UserView>
  eraseUser(user: string): Promise<Receipt>
  readReceipt(id: string): Promise<Receipt>
}

/** What of an app's declaration the server reads. */
export interface DeclarationView {
  readonly name: string
  readonly events?: Readonly<Record<string, { readonly purpose: string | null }>>
  readonly surfaces?: Readonly<Record<string, { readonly verb: 'recommend' } | DecideSurfaceView>>
  readonly dialects?: {
    readonly segment?: SegmentMapping
    readonly personalizer?: PersonalizerMapping
  }
}

/** How a surface explores. */
export interface ExplorationView {
  readonly kind: 'thompson' | 'squarecb' | 'linucb' | 'epsilon-greedy' | 'greedy'
  /** Share of decisions that is spread evenly over all options. */
  readonly floor: number
}

/** A surface with the verb `decide`. */
export interface DecideSurfaceView {
  readonly verb: 'decide'
  readonly mode: SurfaceMode
  readonly explore: ExplorationView
  readonly reward: {
    readonly low: number
    readonly high: number
    readonly default: number
    readonly windowMs: number
    readonly aggregation: 'first' | 'last' | 'sum' | 'max'
  }
}

/** What of such a surface can change while it is in service. */
export interface SurfaceTuning {
  readonly mode?: SurfaceMode
  readonly explore?: ExplorationView
  readonly reward?: Partial<
    Pick<DecideSurfaceView['reward'], 'default' | 'windowMs' | 'aggregation'>
  >
}

/** What surfaces that decide logged and learned. */
export interface DecidedApi {
  /** Decisions of a surface that are at rest, in order. */
  read(surface: string): AsyncIterable<DecidedEntry>
  /** Judges ways to choose by the log. @throws AdsumError `data_not_enough` */
  evaluate(surface: string, request: EvaluationOrder): Promise<DecidedEvaluation>
  /** What was learned: equal statistics have equal bytes. */
  statistics(surface: string): Uint8Array
  /** The same, signed so that it can be brought back; null where people were named. */
  export(surface: string): Promise<Uint8Array | null>
}

/** A decision of the log. */
export interface DecidedEntry {
  readonly id: string
  /** Milliseconds since 1970 UTC. */
  readonly time: number
  /** What was learned of it; null where nothing is, or not yet. */
  readonly value: number | null
}

/** Which decisions to judge by, and what. */
export interface EvaluationOrder {
  /** From this moment to just before that one, milliseconds since 1970 UTC. */
  readonly from: number
  readonly to: number
  /** Sums are told for each so many milliseconds. */
  readonly windowMs: number
  readonly candidates: readonly { readonly name: string; readonly explore: ExplorationView }[]
}

/** Sums over decisions, w being how much likelier a policy makes what was chosen than the log did. */
export interface PolicySums {
  readonly decisions: number
  /** Of w r and of w. */
  readonly reward: number
  readonly weight: number
  /** Of the square of w r. */
  readonly squares: number
  /** Decisions with w above 0. */
  readonly matches: number
}

/** What one way to choose would have earned. */
export interface JudgedPolicy {
  readonly name: string
  readonly source: 'online' | 'baseline' | 'random' | 'candidate'
  /** Why the log cannot tell; null where it can. */
  readonly refusal: { readonly code: string; readonly reason: string } | null
  /** Per decision, with its 95% interval. */
  readonly value: { readonly value: number; readonly low: number; readonly high: number } | null
  readonly total: PolicySums
  readonly windows: readonly (PolicySums & { readonly from: number })[]
}

export interface DecidedEvaluation {
  readonly decisions: number
  readonly policies: readonly JudgedPolicy[]
  /** What weighed most in what was chosen. */
  readonly features: readonly string[]
}

/** Documents and small notes of foreign protocols; nothing in them may belong to a person. */
export interface NotesApi {
  readDocument(key: string): Promise<string | null>
  /** Replaces it whole; at rest when it resolves. */
  putDocument(key: string, text: string): Promise<void>
  /** Keeps a note under an id; written with the decisions, behind the answer. */
  keep(id: string, text: string): void
  read(id: string): Promise<string | null>
}

/** Foreign protocols whose messages become events. */
export type DialectName = 'segment'

/** What a dialect made of one message; `raw` is the message as it came, at most `EVENT_BYTES_MAX`. */
export type MappedEvent =
  /** It says an event; whether the app takes it is for the app to judge. */
  | { readonly event: EventInput; readonly raw: unknown }
  /** Who sent what can be read, but it cannot be mapped: it goes to quarantine. */
  | {
      readonly refused: {
        readonly code: ErrorCode
        readonly message: string
        readonly path: string
      }
      readonly id: string
      readonly user: string
      readonly raw: unknown
    }

/** When a request with messages was sent, by its sender's clock, and received; ms since 1970 UTC. */
export interface MessageClock {
  readonly sent: number | null
  readonly received: number
}

/** Maps a quarantined message anew; its source says by which dialect. */
export type MapAgain = (source: string, raw: unknown) => MappedEvent

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
