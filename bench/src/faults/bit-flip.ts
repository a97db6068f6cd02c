import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  globSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createRandom, type Random } from '@adsum/learning'
import { AdsumError } from '@adsum/protocol'
import { restoreBackup } from '@adsum/storage'
import type { FaultOptions, Verdict } from './fault.ts'
import {
  isNamed,
  namesIn,
  type Part,
  REPAIRED,
  type Reading,
  readEverything,
} from './read-everything.ts'
import { APP, openStorage } from './small-app.ts'

/** Flips per kind of file. */
const FLIPS = 1_000
/** Of so many pieces of damage one is a file cut off somewhere, one some bytes, the rest single bits. */
const KINDS_OF_DAMAGE = 10
/** Bytes overwritten with others, at the most: a sector of a disk. */
const RUN_BYTES_MAX = 512
const BITS = 8
/** Pages of SQLite: bytes, the kinds that hold rows, and where the low byte of their number stands. */
const PAGE_BYTES = 4096
const LEAVES: readonly number[] = [0x0a, 0x0d]
const ROWS_AT = 4
const MAKER = join(import.meta.dirname, 'make-directory.ts')
const EXAMPLES_MAX = 5
/** Memory, where the machine offers it: nothing here is about what is synced. */
const MEMORY = '/dev/shm'

/** Everything in a data directory that was closed. */
const ofClosed: Readonly<Record<string, string>> = {
  database: `apps/${APP}/log.db`,
  'sums of the database': `apps/${APP}/log.sums`,
  model: `apps/${APP}/models/*.model`,
  'keys of people': `keys/${APP}.db`,
  'sums of the keys': `keys/${APP}.sums`,
  'root key': 'keys/root.key',
  'access keys': 'access-keys.json',
  format: 'format',
}
/** The same in one whose process was killed: with files that closing takes away. */
const ofCrashed: Readonly<Record<string, string>> = {
  'database after a crash': `apps/${APP}/log.db`,
  'write-ahead log': `apps/${APP}/log.db-wal`,
  'mark and sums after a crash': `apps/${APP}/log.sums`,
  'keys after a crash': `keys/${APP}.db`,
  'log of keys': `keys/${APP}.db-wal`,
}
/** The same in a backup and its keys, which are damaged before they are restored. */
const ofBackup: Readonly<Record<string, string>> = {
  'database in a backup': `backup/apps/${APP}/log.db`,
  'model in a backup': `backup/apps/${APP}/models/*.model`,
  'access keys in a backup': 'backup/access-keys.json',
  'manifest of a backup': 'backup/manifest.json',
  'keys in a backup': `backup-keys/${APP}.db`,
  'root key in a backup': 'backup-keys/root.key',
  'manifest of keys': 'backup-keys/manifest.json',
}

/** Files of which nothing is read: locks, which hold no data. */
const WITHOUT_DATA = /^lock\./

/** What came of the damage to one kind of file. */
interface Outcome {
  flips: number
  /** Something answered with an error that names what is wrong, all else as before. */
  detected: number
  /** Everything answers as before. */
  harmless: number
  /** Of the harmless: the store put right what had changed, and said so. */
  repaired: number
  /** Something answers otherwise, and no question that is asked of it says so. */
  silent: number
  /** Something fails without saying what is wrong. */
  unnamed: number
  /** People who could not be read although the app could be opened, at the most. */
  unreadablePeopleMax: number
}

/** A store that looks at no checksum of its pages. */
type Planted = 'sums-ignored'

/** A directory that is damaged in copies, and how a damaged copy is read. */
interface Original {
  readonly path: string
  /** Files by kind, relative, one `*` at most. */
  readonly kinds: Readonly<Record<string, string>>
  /** Damages a file; says how. */
  damage(file: string, random: Random): string
  read(damaged: string): Promise<Reading>
}

/**
 * Flips single bits of everything at rest, at times overwrites some bytes or cuts a file off, one at a time;
 * then reads all of it. A backup is restored and then read.
 * @param planted a fault that must be found, in the database alone
 */
export async function bitFlip(
  { seed, count, say }: FaultOptions,
  planted?: Planted,
): Promise<Verdict> {
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'adsum-flip-'))
  const random = createRandom(seed)
  const outcomes: Record<string, Outcome> = {}
  try {
    const { originals, right } = await makeOriginals(folder, planted)
    for (const { path, kinds, damage, read } of originals) {
      for (const [kind, pattern] of Object.entries(kinds)) {
        const outcome = newOutcome()
        outcomes[kind] = outcome
        for (let flip = 0; flip < (count ?? FLIPS); flip++) {
          const damaged = copy(path, join(folder, 'damaged'))
          const how = damage(fileIn(damaged, pattern), random)
          const examples = judge(outcome, right, await read(damaged))
          for (const example of examples) say(`${kind}, ${how}: ${example}`)
        }
        say(`${kind}: ${JSON.stringify(outcome)}`)
      }
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const sum = (name: keyof Outcome) =>
    Object.values(outcomes).reduce((total, outcome) => total + outcome[name], 0)
  return {
    passed: sum('silent') + sum('unnamed') === 0,
    seen: {
      flips: sum('flips'),
      detected: sum('detected'),
      harmless: sum('harmless'),
      repaired: sum('repaired'),
      silent: sum('silent'),
      unnamed: sum('unnamed'),
      kinds: outcomes,
    },
  }
}

/** The directories, and what an intact one answers. */
async function makeOriginals(
  folder: string,
  planted: Planted | undefined,
): Promise<{ readonly originals: readonly Original[]; readonly right: Reading }> {
  const crashed = join(folder, 'crashed')
  const decisions = await make(crashed)
  const closed = copy(crashed, join(folder, 'closed'))
  // Opening and closing takes in what the write-ahead logs hold.
  const names = await namesIn(closed, decisions)
  const backups = join(folder, 'backups')
  await backUp(closed, join(backups, 'backup'))
  const right = await readEverything(copy(closed, join(folder, 'right')), names)
  for (const [question, part] of right) {
    if ('error' in part) throw new Error(`intact, and "${question}" fails with ${part.error}`)
  }
  if (planted === 'sums-ignored') {
    const read = async (path: string) => {
      for (const sums of globSync('**/*.sums', { cwd: path })) rmSync(join(path, sums))
      return readEverything(path, names)
    }
    const { database = '' } = ofClosed
    const original = { path: closed, kinds: { database }, damage: hideRows, read }
    return { originals: [original], right }
  }
  const read = (path: string) => readEverything(path, names)
  const originals: Original[] = [
    { path: closed, kinds: ofClosed, damage: damageFile, read },
    { path: crashed, kinds: ofCrashed, damage: damageFile, read },
    {
      path: backups,
      kinds: ofBackup,
      damage: damageFile,
      read: async (path) => (await restore(path)) ?? read(join(path, 'restored')),
    },
  ]
  for (const { path, kinds } of originals) if (path !== crashed) requireAllKinds(path, kinds)
  return { originals, right }
}

/** A file that nobody thought of would never be damaged. */
function requireAllKinds(path: string, kinds: Readonly<Record<string, string>>): void {
  const known = new Set(Object.values(kinds).flatMap((one) => globSync(one, { cwd: path })))
  for (const file of globSync('**/*', { cwd: path, withFileTypes: true })) {
    const name = join(file.parentPath, file.name).slice(path.length + 1)
    if (file.isFile() && !known.has(name) && !WITHOUT_DATA.test(name)) {
      throw new Error(`${name} is of no kind`)
    }
  }
}

function fileIn(path: string, pattern: string): string {
  const [file = ''] = globSync(pattern, { cwd: path })
  return join(path, file)
}

async function backUp(from: string, to: string): Promise<void> {
  const storage = await openStorage(from)
  await storage.openApp(APP)
  await storage.backup({ folder: to, withKeys: true })
  await storage.close()
}

/** Restores the backup in a folder beside it; why it was not restored, null when it was. */
async function restore(path: string): Promise<Reading | null> {
  try {
    await restoreBackup({
      backup: join(path, 'backup'),
      keys: null,
      target: join(path, 'restored'),
      clock: { now: () => Date.now() },
      entropy: { bytes: (length) => new Uint8Array(randomBytes(length)) },
    })
    return null
  } catch (fault) {
    const error = fault instanceof AdsumError ? fault.code : 'internal'
    return new Map([['restoring', { error }]])
  }
}

function newOutcome(): Outcome {
  return {
    flips: 0,
    detected: 0,
    harmless: 0,
    repaired: 0,
    silent: 0,
    unnamed: 0,
    unreadablePeopleMax: 0,
  }
}

/** Makes the directory; returns the ids of its decisions. */
async function make(path: string): Promise<string[]> {
  const child = spawn(process.execPath, [MAKER, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [output, [, signal]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (signal !== 'SIGKILL') throw new Error('the data directory was not made')
  return JSON.parse(output)
}

function copy(from: string, to: string): string {
  if (existsSync(to)) rmSync(to, { recursive: true })
  cpSync(from, to, { recursive: true })
  return to
}

/** Damages a file; says how. */
function damageFile(file: string, random: Random): string {
  const { size } = statSync(file)
  if (size === 0) throw new Error(`${file} is empty`)
  const at = random.below(size)
  const kind = random.below(KINDS_OF_DAMAGE)
  if (kind === 0) {
    truncateSync(file, at)
    return `cut off at byte ${at} of ${size}`
  }
  const bytes = readFileSync(file)
  const run = kind === 1 ? bytes.subarray(at, at + 1 + random.below(RUN_BYTES_MAX)) : null
  const bit = random.below(BITS)
  if (run === null) bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  else for (const place of run.keys()) run[place] = random.below(2 ** BITS)
  writeFileSync(file, bytes)
  const what = run === null ? `bit ${bit}` : `${run.length} bytes from`
  return `${what} of byte ${at} of ${size}`
}

/**
 * Flips the lowest bit of how many rows a page of a database has: where that is an odd number its last row
 * is hidden, which is what only checksums tell.
 */
function hideRows(file: string, random: Random): string {
  const bytes = readFileSync(file)
  const isLeaf = (page: number) => LEAVES.includes(bytes[page * PAGE_BYTES] ?? 0)
  const leaves = Array.from({ length: bytes.length / PAGE_BYTES }, (_, page) => page).filter(isLeaf)
  const page = leaves[random.below(leaves.length)] ?? 0
  const at = page * PAGE_BYTES + ROWS_AT
  bytes[at] = (bytes[at] ?? 0) ^ 1
  writeFileSync(file, bytes)
  return `how many rows page ${page + 1} has`
}

/** Compares what is read with what is right; returns examples of what must not be. */
function judge(outcome: Outcome, right: Reading, read: Reading): string[] {
  const faults: string[] = []
  const wrong: string[] = []
  let unreadable = 0
  for (const [question, part] of read) {
    if (question === REPAIRED) continue
    if ('error' in part) {
      faults.push(`${question} fails with ${part.error}`)
      if (question.startsWith('person ')) unreadable++
    } else if (!isSame(part, right.get(question))) wrong.push(`${question} is another`)
  }
  const unnamed = [...read.values()].filter((part) => 'error' in part && !isNamed(part.error))
  outcome.flips++
  if (wrong.length > 0) outcome.silent++
  else if (unnamed.length > 0) outcome.unnamed++
  else if (faults.length > 0) outcome.detected++
  else {
    outcome.harmless++
    if (!isSame(read.get(REPAIRED), right.get(REPAIRED))) outcome.repaired++
  }
  outcome.unreadablePeopleMax = Math.max(outcome.unreadablePeopleMax, unreadable)
  if (wrong.length === 0 && unnamed.length === 0) return []
  return [...wrong, ...faults].slice(0, EXAMPLES_MAX)
}

function isSame(part: Part | undefined, other: Part | undefined): boolean {
  if (part === undefined || other === undefined) return part === other
  return 'answer' in part && 'answer' in other && part.answer === other.answer
}
