import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import type { Features } from '@adsum/learning'

const peerScript = join(import.meta.dirname, '..', '..', 'peers', 'bandits.py')
const python = process.env.ADSUM_PEERS_PYTHON ?? 'python3'

/** What Vowpal Wabbit got from some rounds with one command line. */
export interface Played {
  /** Sum of the rewards it was given. */
  readonly reward: number
  /** Sum of the expected rewards of what it chose. */
  readonly expected: number
  readonly seconds: number
}

/** A round as it is played: `expected` may be the rewards themselves where no more is known. */
export interface PeerRound {
  readonly context: Features
  readonly actions: readonly { readonly id: string; readonly features: Features }[]
  readonly expected: readonly number[]
  readonly rewards: readonly number[]
}

/** Plays the rounds with every command line; null where there is no Vowpal Wabbit. */
export async function playVowpalWabbit(
  rounds: readonly PeerRound[],
  seed: number,
  options: readonly string[],
): Promise<Readonly<Record<string, Played>> | null> {
  const folder = mkdtempSync(join(tmpdir(), 'adsum-bandits-'))
  const path = join(folder, 'rounds.jsonl')
  try {
    await pipeline(Readable.from(lines(rounds)), createWriteStream(path))
    const child = spawn(python, [peerScript, path, String(seed), ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, OMP_NUM_THREADS: '1' },
    })
    const ended = once(child, 'close')
    const printed = await json(child.stdout).catch(() => null)
    const [code] = await ended
    return code === 0 ? (printed as { played: Record<string, Played> }).played : null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function* lines(rounds: readonly PeerRound[]): Generator<string> {
  for (const { context, actions, expected, rewards } of rounds) {
    const first = Object.keys(context).length > 0 ? 1 : 0
    const shared = first === 1 ? [`shared |c ${text(context)}`] : []
    const examples = actions.map(({ id, features }) => `|a id=${word(id)} ${text(features)}`)
    yield `${JSON.stringify({ lines: [...shared, ...examples], first, rewards, expected })}\n`
  }
}

/** Features in VW's text format: a number as `name:value`, a text as `name=text`. */
function text(features: Features): string {
  return Object.entries(features)
    .flatMap(([name, value]) => {
      if (typeof value === 'number') return [`${word(name)}:${value}`]
      const texts = typeof value === 'object' ? value : [String(value)]
      return texts.map((each) => `${word(name)}=${word(each)}`)
    })
    .join(' ')
}

/** Without the characters that mean something in VW's format. */
function word(value: string): string {
  return value.replaceAll(/[\s:|]/g, '_')
}
