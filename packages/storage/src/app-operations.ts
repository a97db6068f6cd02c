import type { DamagedPerson, LoggedRecord } from '@adsum/engine/ports'
import type { AppData } from './app-data.ts'
import { unlessDamaged } from './fault.ts'
import type {
  Input,
  OperationName,
  Output,
  PersonRows,
  RecordBatch,
  RecordsOfKind,
  Request,
} from './messages.ts'
import { scrubPage } from './scrub.ts'
import type { RecordInLog, SealedRecord } from './tables/records-table.ts'

/**
 * Characters of rows in one page of people, about: a write may have to wait for a page, and the main
 * thread answers nothing while it decodes one. With four times as much acknowledgements waited
 * three times as long (median) while everybody was read, and reading was hardly quicker.
 */
const PAGE_CHARACTERS = 32 * 1024

type Handlers<Names extends OperationName> = {
  readonly [Name in Names]: (data: AppData, input: Input<Name>) => Output<Name>
}

/** Operations that write, and become durable with their group. */
export type WriteName =
  | 'appendEvents'
  | 'quarantine'
  | 'refuseAgain'
  | 'removeQuarantined'
  | 'putItems'
  | 'appendRecords'
  | 'removeRecords'
  | 'appendRewards'
  | 'putDocument'
  | 'putModel'
  | 'removeModels'
/** Operations that only read, and see everything asked for before them. */
export type ReadName =
  | 'readUser'
  | 'listPeople'
  | 'readPeople'
  | 'scrub'
  | 'readQuarantine'
  | 'countQuarantine'
  | 'readItems'
  | 'readRecord'
  | 'readLog'
  | 'readLogOf'
  | 'readRewards'
  | 'readDocument'
  | 'listDocuments'
  | 'readModels'
  | 'totals'

/**
 * The writes. Each decides before it writes: a `StorageFault` means that nothing of the operation
 * was done and the group goes on; any other error undoes the group.
 */
const writes: Handlers<WriteName> = {
  appendEvents: (data, batch) => data.events.append(batch),
  quarantine: (data, events) => data.quarantine.keep(events),
  refuseAgain: (data, refusals) => {
    data.quarantine.refuseAgain(refusals)
    return null
  },
  removeQuarantined: (data, ids) => data.quarantine.remove(ids),
  putItems: (data, items) =>
    items.map((item) => {
      const next = data.totals.get('items')
      const stored = data.items.put(item, next)
      if (stored.number === next) data.totals.stage('items', 1)
      return stored
    }),
  appendRecords: (data, batch) => appendRecords(data, batch),
  removeRecords: (data, ids) => data.records.removeNamed(ids),
  appendRewards: (data, rewards) => rewards.map((reward) => data.records.takeReward(reward)),
  putDocument: (data, { key, value }) => {
    data.documents.put(key, value)
    return null
  },
  putModel: (data, model) => {
    data.models.put(model)
    return null
  },
  removeModels: (data, ids) => {
    for (const id of ids) data.models.remove(id)
    return null
  },
}

const reads: Handlers<ReadName> = {
  readUser: (data, user) => {
    const person = data.people.find(user)
    return person === null ? null : { user, person, rows: data.chunks.rowsOf(person) }
  },
  listPeople: (data, after) => data.people.run(after),
  readPeople: (data, numbers) => {
    const people: PersonRows[] = []
    const damaged: DamagedPerson[] = []
    let taken = 0
    for (let characters = 0; taken < numbers.length && characters < PAGE_CHARACTERS; taken++) {
      const person = numbers[taken] as number
      if (!data.people.has(person)) continue
      const what: string[] = []
      const user = unlessDamaged(what, () => data.people.nameOf(person))
      const rows = unlessDamaged(what, () => data.chunks.rowsOf(person))
      if (user === null || rows === null) damaged.push({ user, what: what.join(', ') })
      else if (rows !== '') people.push({ user, person, rows })
      characters += rows?.length ?? 0
    }
    return { taken, people, damaged }
  },
  scrub: (data, request) => scrubPage(data, request),
  readQuarantine: (data, query) => data.quarantine.find(query),
  countQuarantine: (data, of) => data.quarantine.count(of),
  readItems: (data) => data.items.all(),
  readRecord: (data, id) => {
    const record = data.records.find(id)
    if (record === null) return null
    const { person, time, body, kind } = record
    const user = person === null ? null : data.people.nameOf(person)
    return { user, time, body, ...(kind !== null && { kind }) }
  },
  readLog: (data, { kind, after, limit }) => {
    const log: RecordsOfKind = { records: [], damaged: [] }
    for (let from = after; ; ) {
      const wanted = limit - log.records.length
      const found = data.records.log(kind, from, wanted)
      takeIntact(data, kind, found, log)
      // Fewer than asked for would look like the end.
      if (found.length < wanted || log.records.length === limit) return log
      from = found.at(-1)?.record ?? from
    }
  },
  readLogOf: (data, { kind, user }) => {
    const person = data.people.find(user)
    const log: RecordsOfKind = { records: [], damaged: [] }
    if (person !== null) takeIntact(data, kind, data.records.logOf(kind, person), log)
    return log
  },
  readRewards: (data, decision) => {
    const record = data.records.find(decision)
    return record === null ? [] : data.records.rewards(record, decision)
  },
  readDocument: (data, key) => data.documents.get(key),
  listDocuments: (data, prefix) => data.documents.keys(prefix),
  readModels: (data) => data.models.all(),
  totals: (data) => data.totals.totals(),
}

/** Carries out a write within the open transaction. */
export function runWrite<Name extends WriteName>(
  data: AppData,
  { operation, input }: Request<Name>,
): Output<Name> {
  const handler: Handlers<WriteName>[Name] = writes[operation]
  return handler(data, input)
}

/** Carries out a read; within a transaction it sees the writes before it. */
export function runRead<Name extends ReadName>(
  data: AppData,
  { operation, input }: Request<Name>,
): Output<Name> {
  data.events.writeOut()
  const handler: Handlers<ReadName>[Name] = reads[operation]
  return handler(data, input)
}

export function isRead(request: Request): request is Request<ReadName> {
  return Object.hasOwn(reads, request.operation)
}

export function isWrite(request: Request): request is Request<WriteName> {
  return Object.hasOwn(writes, request.operation)
}

function takeIntact(
  data: AppData,
  kind: string,
  found: readonly SealedRecord[],
  { records, damaged }: RecordsOfKind,
): void {
  for (const one of found) {
    const record = unlessDamaged(damaged, () => loggedRecord(data, kind, one.open()))
    if (record !== null) records.push(record)
  }
}

function loggedRecord(data: AppData, kind: string, of: RecordInLog): LoggedRecord {
  const { record: number, id, person, time, body, rewards } = of
  const user = person === null ? null : data.people.nameOf(person)
  return { number, record: { id, user, time, body, kind }, rewards }
}

/** Returns the ids of those of a kind that were there before. */
function appendRecords(
  data: AppData,
  { ids, users, times, kinds, lengths, bodies }: RecordBatch,
): string[] {
  const known: string[] = []
  const people = new Map<string, number>()
  for (const user of users) {
    const found = user === null ? null : data.people.find(user)
    if (user === null || found === null) continue
    data.keys.of(found)
    people.set(user, found)
  }
  let record = data.records.next()
  let from = 0
  for (const [at, id] of ids.entries()) {
    const user = users[at] as string | null
    if (user !== null && !people.has(user)) {
      people.set(user, data.people.add(user, data.totals))
    }
    const to = from + (lengths[at] as number)
    const person = user === null ? null : (people.get(user) as number)
    const body = bodies.subarray(from, to)
    const time = times[at] as number
    const kind = kinds[at] ?? null
    if (kind === null) data.records.put(record, id, person, time, body)
    else if (!data.records.putOfKind(kind, record, id, person, time, body)) known.push(id)
    record++
    from = to
  }
  return known
}
