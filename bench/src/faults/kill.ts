import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRandom, type Random } from '@adsum/learning'
import { quantile } from '../speed/quantile.ts'
import { ask, readApp, readUser } from './asking.ts'
import { after, Clients } from './clients.ts'
import type { FaultOptions, Verdict } from './fault.ts'
import { Recorder } from './recorder.ts'
import { ServerProcess } from './server-process.ts'
import { films } from './small-app.ts'

const KILLS = 1_000
/** Kills that one data directory goes through; then a new one keeps the run short. */
const KILLS_PER_DIRECTORY = 25
/** Of so many kills one is preceded by summing up the statistics anew. */
const KILLS_PER_VERIFICATION = 10
/** Milliseconds from the start to an accepted event: the promise, for 99 of 100 kills. */
const READY_P99_MS_MAX = 2_000
/** Milliseconds of load before the server is killed in some activity, at the least and at the most. */
const LOAD_MS_MIN = 50
const LOAD_MS_MAX = 300
/** Milliseconds that a start takes, roughly: the range in which a starting server is killed. */
const STARTING_MS_MAX = 600
/** Milliseconds within which a fit begins after an erasing. */
const FIT_BEGINS_MS_MAX = 1_500
const POLL_MS = 3
/** Characters of the texts that fill the write-ahead log: the longest that an attribute may have. */
const WORDS = 'a plot '.repeat(285)
/** Replacements of the catalogue of small films that fill the write-ahead log to its checkpoint. */
const REPLACEMENTS_MAX = 200

/** What a server is killed in, and how many milliseconds after that began at the most. */
const moments = {
  load: { withinMs: LOAD_MS_MAX, begin: async () => undefined },
  erase: { withinMs: 40, begin: ({ clients, url }) => eraseOn(clients, url) },
  refit: { withinMs: 25, begin: beginFit },
  checkpoint: { withinMs: 600, begin: ({ url }) => fillLog(url) },
  backup: { withinMs: 150, begin: ({ url }) => ask(url, 'POST', '/v1/backups') },
} as const satisfies Record<string, Moment>

interface Moment {
  readonly withinMs: number
  /**
   * Begins the activity; with `settled` it is under way when the promise resolves, and the clock of
   * `withinMs` starts then.
   */
  begin(run: { readonly clients: Clients; readonly url: string }): Promise<unknown>
}

type MomentName = keyof typeof moments | 'startup'
const MOMENT_NAMES: readonly MomentName[] = [
  'load',
  'load',
  'erase',
  'refit',
  'checkpoint',
  'backup',
  'startup',
]

/** Kills a server again and again at moments that the seed chooses, and checks what it has afterwards. */
export async function kill({ seed, count, say }: FaultOptions, planted?: string): Promise<Verdict> {
  const random = createRandom(seed)
  const kills = count ?? KILLS
  const readyMs: number[] = []
  const seen = new Map<string, number>()
  const total = { acknowledged: 0, statistics: { verified: 0, wrong: 0 } }
  const broken: Record<string, number> = {}
  for (let first = 0; first < kills; first += KILLS_PER_DIRECTORY) {
    const life = await Life.begin(random, `${seed}-${first}`, planted)
    const last = Math.min(kills, first + KILLS_PER_DIRECTORY)
    try {
      for (let at = first; at < last; at++) {
        const moment = MOMENT_NAMES[random.below(MOMENT_NAMES.length)] ?? 'load'
        const isVerified = at % KILLS_PER_VERIFICATION === KILLS_PER_VERIFICATION - 1
        await life.killOnce(moment, isVerified)
        seen.set(moment, (seen.get(moment) ?? 0) + 1)
      }
      await life.finish()
    } finally {
      await life.end()
    }
    readyMs.push(...life.readyMs)
    total.acknowledged += life.recorder.acknowledged
    total.statistics.verified += life.statistics.verified
    total.statistics.wrong += life.statistics.wrong
    for (const [what, times] of Object.entries(life.recorder.broken)) {
      broken[what] = (broken[what] ?? 0) + times
    }
    say(`${last} kills, ${total.acknowledged} events acknowledged, ${JSON.stringify(broken)}`)
  }
  readyMs.sort((a, b) => a - b)
  const readyP99Ms = Math.round(quantile(readyMs, 0.99))
  const isWhole = Object.values(broken).every((times) => times === 0)
  return {
    passed: isWhole && total.statistics.wrong === 0 && readyP99Ms <= READY_P99_MS_MAX,
    seen: {
      kills,
      acknowledged: total.acknowledged,
      ...broken,
      readyP50Ms: Math.round(quantile(readyMs, 0.5)),
      readyP99Ms,
      readyMsMax: Math.round(readyMs.at(-1) ?? 0),
      statistics: total.statistics,
      moments: Object.fromEntries(seen),
    },
  }
}

/** One data directory with its clients, through many kills. */
class Life {
  readonly recorder = new Recorder()
  /** Milliseconds from each start to the first accepted event. */
  readonly readyMs: number[] = []
  readonly statistics = { verified: 0, wrong: 0 }
  readonly #folder: string
  readonly #random: Random
  readonly #clients: Clients
  readonly #planted: string | undefined
  #server: ServerProcess | null = null

  private constructor(folder: string, random: Random, name: string, planted: string | undefined) {
    this.#folder = folder
    this.#random = random
    this.#clients = new Clients(this.recorder, random, name)
    this.#planted = planted
  }

  static async begin(random: Random, name: string, planted?: string): Promise<Life> {
    return new Life(await mkdtemp(join(tmpdir(), 'adsum-kill-')), random, name, planted)
  }

  /** One life of the process. */
  async killOnce(name: MomentName, isVerified: boolean): Promise<void> {
    if (name === 'startup') {
      const server = this.#spawn()
      await after(this.#random.next() * STARTING_MS_MAX)
      return server.kill()
    }
    const { server, url } = await this.#startAndCheck()
    if (isVerified) await this.#verify(server, url)
    const moment: Moment = moments[name]
    const killed = Promise.withResolvers<void>()
    const loading = this.#clients.load(url, killed.promise)
    await after(LOAD_MS_MIN + this.#random.next() * (LOAD_MS_MAX - LOAD_MS_MIN))
    // What was begun ends with the server.
    const under = moment.begin({ clients: this.#clients, url })
    if (name === 'refit') await under
    await after(this.#random.next() * moment.withinMs)
    await server.kill()
    killed.resolve()
    await Promise.all([loading, under])
  }

  /** A last start, after which everybody is looked at. */
  async finish(): Promise<void> {
    const { server } = await this.#startAndCheck(true)
    await server.close()
  }

  async end(): Promise<void> {
    await this.#server?.kill()
    await rm(this.#folder, { recursive: true, force: true })
  }

  #spawn(): ServerProcess {
    const options = this.#planted === undefined ? {} : { planted: this.#planted }
    this.#server = new ServerProcess(join(this.#folder, 'data'), options)
    return this.#server
  }

  async #startAndCheck(everyone = false): Promise<{ server: ServerProcess; url: string }> {
    const server = this.#spawn()
    const url = await server.listening
    if (url === null) throw new Error('the server did not start again')
    if (!(await this.#clients.sendOne(url))) throw new Error('a server that nobody killed is gone')
    this.readyMs.push(server.ageMs)
    await this.recorder.check((user) => readUser(url, user), everyone)
    this.recorder.checkTotals(await readApp(url))
    await this.#clients.sendUnanswered(url)
    return { server, url }
  }

  /** After some load, whose people the statistics have followed one by one. */
  async #verify(server: ServerProcess, url: string): Promise<void> {
    await this.#clients.load(url, after(LOAD_MS_MAX))
    await this.#clients.erase(url)
    const { equal } = await server.ask('statistics')
    this.statistics.verified++
    if (!equal) this.statistics.wrong++
  }
}

/** Erases one person after the other until the server is gone. */
async function eraseOn(clients: Clients, url: string): Promise<void> {
  while (await clients.erase(url));
}

/** Erases somebody, which makes a fit urgent, and waits until that runs. */
async function beginFit({ clients, url }: { clients: Clients; url: string }): Promise<void> {
  await clients.erase(url)
  const end = performance.now() + FIT_BEGINS_MS_MAX
  while (performance.now() < end) {
    if ((await readApp(url)).learning.state === 'fitting') return
    await after(POLL_MS)
  }
}

/** Replaces the catalogue until the write-ahead log is copied into the database, again and again. */
async function fillLog(url: string): Promise<void> {
  for (let turn = 0; turn < REPLACEMENTS_MAX; turn++) {
    const answer = await ask(url, 'PUT', '/v1/items', { items: films(`${turn} ${WORDS}`) })
    if (answer === null) return
    if (answer.status !== 200) throw new Error(`items were refused: ${JSON.stringify(answer)}`)
  }
}
