import type {
  DamagedPerson,
  ErasedCounts,
  LoggedRecord,
  QuarantinedEvent,
  QuarantineQuery,
  Refusal,
  RefusedEvent,
  StoredItem,
  StoredReward,
  StoreTotals,
} from '@adsum/engine/ports'
import type { ErrorCode, ErrorDetails } from '@adsum/protocol'
import type { KeylessCounts } from './app-data.ts'
import type { EventBatch } from './event-coding.ts'
import type { CopyPoint } from './live-copy.ts'
import type { ScrubPage, ScrubRequest } from './scrub.ts'
import type { PublishedModel } from './tables/models-table.ts'

/** What the writer thread is started with. */
export interface WriterStart {
  readonly path: string
  /** 32 bytes of the caller's entropy. */
  readonly seed: Uint8Array
  /** The key that wraps the keys of the apps. */
  readonly root: Uint8Array
}

/** Outcomes of a batch, event by event, packed. */
export interface PackedOutcomes {
  /** Indexes into {@link OUTCOME_STATUSES}. */
  readonly statuses: Uint8Array
  readonly positions: Float64Array
  /** Groups with events that were committed before this one, since the app was opened. */
  readonly group: number
}

export const OUTCOME_STATUSES = ['accepted', 'duplicate', 'conflict'] as const

/** Records on their way to the writer thread, bodies end to end. */
export interface RecordBatch {
  readonly ids: readonly string[]
  readonly users: readonly (string | null)[]
  readonly times: readonly number[]
  readonly kinds: readonly (string | undefined)[]
  readonly lengths: readonly number[]
  readonly bodies: Uint8Array<ArrayBuffer>
}

/** A person with their rows, see `event-coding.ts`. */
export interface PersonRows {
  readonly user: string
  /** Their number, which names them where the id must not be told. */
  readonly person: number
  readonly rows: string
}

/** Some people in the order of their ids (code units). */
export interface PeopleRun {
  readonly numbers: Uint32Array
  readonly names: readonly string[]
  /** What is damaged of those whose ids cannot be read. */
  readonly damaged: readonly string[]
  /** The number after which the next run begins; null when there is none. */
  readonly last: number | null
}

/** A run of people: how many of those asked for were looked at, and those still there. */
export interface PeoplePage {
  readonly taken: number
  readonly people: readonly PersonRows[]
  readonly damaged: readonly DamagedPerson[]
}

export interface RecordAtRest {
  readonly user: string | null
  readonly time: number
  readonly body: Uint8Array
  readonly kind?: string
}

/** The app's keys that the main thread uses itself. */
export interface AppSecrets {
  readonly secret: Uint8Array
  readonly pseudonym: Uint8Array
}

/** Records of a kind, and what is damaged of those that are left out. */
export interface RecordsOfKind {
  readonly records: LoggedRecord[]
  readonly damaged: string[]
}

/** What an app is opened with. */
export interface OpenedApp extends AppSecrets {
  /** What had changed in the files and was put right. */
  readonly repaired: readonly string[]
}

/** Everything that the writer thread does for an app: what goes in and what comes back. */
export interface Operations {
  open: { readonly in: null; readonly out: OpenedApp }
  close: { readonly in: null; readonly out: null }
  remove: { readonly in: null; readonly out: null }
  erase: { readonly in: string; readonly out: ErasedCounts }
  beginCopy: { readonly in: null; readonly out: CopyPoint }
  endCopy: { readonly in: null; readonly out: boolean }
  removeKeyless: { readonly in: null; readonly out: KeylessCounts }
  appendEvents: { readonly in: EventBatch; readonly out: PackedOutcomes }
  quarantine: { readonly in: readonly RefusedEvent[]; readonly out: ('kept' | 'known' | 'full')[] }
  refuseAgain: {
    readonly in: readonly { readonly id: string; readonly refusal: Refusal }[]
    readonly out: null
  }
  removeQuarantined: { readonly in: readonly string[]; readonly out: number }
  putItems: { readonly in: readonly Omit<StoredItem, 'number'>[]; readonly out: StoredItem[] }
  removeRecords: { readonly in: readonly string[]; readonly out: number }
  appendRecords: { readonly in: RecordBatch; readonly out: string[] }
  appendRewards: {
    readonly in: readonly StoredReward[]
    readonly out: ('accepted' | 'duplicate' | 'conflict' | 'unknown')[]
  }
  putDocument: { readonly in: { readonly key: string; readonly value: string }; readonly out: null }
  putModel: { readonly in: PublishedModel; readonly out: null }
  removeModels: { readonly in: readonly string[]; readonly out: null }
  readUser: { readonly in: string; readonly out: PersonRows | null }
  /** The people after a number; -1 asks for the first. */
  listPeople: { readonly in: number; readonly out: PeopleRun }
  readPeople: { readonly in: Uint32Array; readonly out: PeoplePage }
  scrub: { readonly in: ScrubRequest; readonly out: ScrubPage }
  readQuarantine: { readonly in: QuarantineQuery; readonly out: QuarantinedEvent[] }
  countQuarantine: {
    readonly in: Pick<QuarantineQuery, 'code' | 'user'>
    readonly out: number
  }
  readItems: { readonly in: null; readonly out: StoredItem[] }
  readRecord: { readonly in: string; readonly out: RecordAtRest | null }
  readLog: {
    readonly in: { readonly kind: string; readonly after: number; readonly limit: number }
    readonly out: RecordsOfKind
  }
  readLogOf: {
    readonly in: { readonly kind: string; readonly user: string }
    readonly out: RecordsOfKind
  }
  readRewards: { readonly in: string; readonly out: StoredReward[] }
  readDocument: { readonly in: string; readonly out: string | null }
  listDocuments: { readonly in: string; readonly out: string[] }
  readModels: { readonly in: null; readonly out: PublishedModel[] }
  totals: { readonly in: null; readonly out: StoreTotals }
}

export type OperationName = keyof Operations
export type Input<Name extends OperationName> = Operations[Name]['in']
export type Output<Name extends OperationName> = Operations[Name]['out']

/** A request to the writer thread for one of the operations named. */
export type Request<Name extends OperationName = OperationName> = {
  [One in Name]: {
    readonly number: number
    readonly app: string
    readonly operation: One
    readonly input: Input<One>
  }
}[Name]

/** The answer to a request; sent when what was written is synced. */
export type Answer =
  | { readonly number: number; readonly output: Output<OperationName> }
  | { readonly number: number; readonly fault: FaultMessage }

export interface FaultMessage {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  readonly problem: string
}
