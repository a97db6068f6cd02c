import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  readdirSync,
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
import type { FaultOptions, Verdict } from './fault.ts'
import {
  isNamed,
  namesIn,
  type Part,
  type Reading,
  readEverything,
  SCRUB,
} from './read-everything.ts'
import { APP } from './small-app.ts'

/** Flips per kind of file. */
const FLIPS = 1_000
/** Of so many pieces of damage one is a file cut off somewhere, the rest are single bits. */
const TRUNCATION_EVERY = 10
const BITS = 8
const MAKER = join(import.meta.dirname, 'make-directory.ts')
const EXAMPLES_MAX = 5
/** Memory, where the machine offers it: nothing here is about what is synced. */
const MEMORY = '/dev/shm'

/** Kinds of files, and where they lie in a data directory that was closed. */
const kinds: Readonly<Record<string, (path: string) => string>> = {
  database: (path) => join(path, 'apps', APP, 'log.db'),
  model: (path) => {
    const folder = join(path, 'apps', APP, 'models')
    return join(folder, readdirSync(folder).find((name) => name.endsWith('.model')) ?? '')
  },
  'keys of people': (path) => join(path, 'keys', `${APP}.db`),
  'root key': (path) => join(path, 'keys', 'root.key'),
  'access keys': (path) => join(path, 'access-keys.json'),
}
/** The same in one whose process was killed: files that closing takes away. */
const kindsOfCrashed: Readonly<Record<string, (path: string) => string>> = {
  'write-ahead log': (path) => join(path, 'apps', APP, 'log.db-wal'),
  'mark of the log': (path) => join(path, 'apps', APP, 'log.sums'),
  'log of keys': (path) => join(path, 'keys', `${APP}.db-wal`),
}

/** What came of the damage to one kind of file. */
interface Outcome {
  flips: number
  /** Something answered with an error that names what is wrong, all else as before. */
  detected: number
  /** Everything answers as before. */
  harmless: number
  /** Something answers otherwise, and only a scrub says so. */
  scrubbed: number
  /** Something answers otherwise, and nothing says so. */
  silent: number
  /** Something fails without saying what is wrong. */
  unnamed: number
  /** People who could not be read although the app could be opened, at the most. */
  unreadablePeopleMax: number
}

/** Flips single bits of a stopped data directory, and cuts files off, one at a time; then reads all of it. */
export async function bitFlip({ seed, count, say }: FaultOptions): Promise<Verdict> {
  const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'adsum-flip-'))
  const random = createRandom(seed)
  const outcomes: Record<string, Outcome> = {}
  try {
    const crashed = join(folder, 'crashed')
    const decisions = await make(crashed)
    const closed = copy(crashed, join(folder, 'closed'))
    // Opening and closing takes in what the write-ahead logs hold.
    const names = await namesIn(closed, decisions)
    const right = await readEverything(copy(closed, join(folder, 'right')), names)
    for (const [question, part] of right) {
      if ('error' in part) throw new Error(`intact, and "${question}" fails with ${part.error}`)
    }
    const cases = [
      ...Object.entries(kinds).map(([kind, fileIn]) => ({ kind, fileIn, from: closed })),
      ...Object.entries(kindsOfCrashed).map(([kind, fileIn]) => ({ kind, fileIn, from: crashed })),
    ]
    for (const { kind, fileIn, from } of cases) {
      const outcome = newOutcome()
      outcomes[kind] = outcome
      for (let flip = 0; flip < (count ?? FLIPS); flip++) {
        const path = copy(from, join(folder, 'damaged'))
        const damage = damageFile(fileIn(path), random)
        const examples = judge(outcome, right, await readEverything(path, names))
        for (const example of examples) say(`${kind}, ${damage}: ${example}`)
      }
      say(`${kind}: ${JSON.stringify(outcome)}`)
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
      scrubbed: sum('scrubbed'),
      silent: sum('silent'),
      unnamed: sum('unnamed'),
      kinds: outcomes,
    },
  }
}

function newOutcome(): Outcome {
  return {
    flips: 0,
    detected: 0,
    harmless: 0,
    scrubbed: 0,
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
  if (random.below(TRUNCATION_EVERY) === 0) {
    const length = random.below(size)
    truncateSync(file, length)
    return `cut off at byte ${length} of ${size}`
  }
  const bytes = readFileSync(file)
  const at = random.below(size)
  const bit = random.below(BITS)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(file, bytes)
  return `bit ${bit} of byte ${at} of ${size}`
}

/** Compares what is read with what is right; returns examples of what must not be. */
function judge(outcome: Outcome, right: Reading, read: Reading): string[] {
  const faults: string[] = []
  const wrong: string[] = []
  let unreadable = 0
  for (const [question, part] of read) {
    if ('error' in part) {
      faults.push(`${question} fails with ${part.error}`)
      if (question.startsWith('person ')) unreadable++
    } else if (!isSame(part, right.get(question))) wrong.push(`${question} is another`)
  }
  const unnamed = [...read.values()].filter((part) => 'error' in part && !isNamed(part.error))
  outcome.flips++
  const isScrubbed = 'error' in (read.get(SCRUB) ?? {})
  if (wrong.length > 0 && isScrubbed) outcome.scrubbed++
  else if (wrong.length > 0) outcome.silent++
  else if (unnamed.length > 0) outcome.unnamed++
  else if (faults.length > 0) outcome.detected++
  else outcome.harmless++
  outcome.unreadablePeopleMax = Math.max(outcome.unreadablePeopleMax, unreadable)
  if (wrong.length === 0 && unnamed.length === 0) return []
  return [...wrong, ...faults].slice(0, EXAMPLES_MAX)
}

function isSame(part: Part, other: Part | undefined): boolean {
  return (
    other !== undefined && 'answer' in part && 'answer' in other && part.answer === other.answer
  )
}
