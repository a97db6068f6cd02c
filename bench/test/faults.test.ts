import { describe, expect, type TestContext, test } from 'vitest'
import { bitFlip } from '../src/faults/bit-flip.ts'
import { diskFull } from '../src/faults/disk-full.ts'
import type { Verdict } from '../src/faults/fault.ts'
import { kill } from '../src/faults/kill.ts'
import { malformed } from '../src/faults/malformed.ts'
import { secondProcess } from '../src/faults/second-process.ts'
import { trace } from '../src/faults/trace.ts'

/** The faults in small; `npm run -s faults -- --list` has them in full. */
const SEED = 20_261_125
/** Longer than any takes on a machine with much else to do. */
const TIMEOUT_MS = 180_000
/** Rounds of kills without a trace of a planted fault after which it counts as not found. */
const ROUNDS_MAX = 8

function options(count: number) {
  return { seed: SEED, count, say: () => undefined }
}

/** A verdict with what was promised; times are judged on quiet machines only. */
function expectKept({ seen }: Verdict, kept: Readonly<Record<string, unknown>>): void {
  expect(seen).toMatchObject(kept)
}

/** The verdict, unless this machine cannot inject the fault. */
async function unlessSkipped(context: TestContext, running: Promise<Verdict>): Promise<Verdict> {
  const verdict = await running
  if (verdict.seen.skipped !== undefined) context.skip(String(verdict.seen.skipped))
  return verdict
}

const nothingBroken = {
  lost: 0,
  doubled: 0,
  invented: 0,
  torn: 0,
  returned: 0,
  miscounted: 0,
  turnedAway: 0,
}

describe('what the faults find in the server as it is', { timeout: TIMEOUT_MS }, () => {
  test('killed at random moments it has what it acknowledged', async () => {
    const verdict = await kill(options(8))
    expectKept(verdict, { kills: 8, ...nothingBroken, statistics: { wrong: 0 } })
    expect(verdict.seen.acknowledged).toBeGreaterThan(1_000)
  })

  test('no answer goes out before its sync', async (context) => {
    const verdict = await unlessSkipped(context, trace(options(400)))
    expectKept(verdict, { answers: 400, unsynced: 0, syncsOnLoop: 0 })
  })

  test('a full disk refuses and recovers', async (context) => {
    const kept = { fills: 3, lost: 0, unanswered: 0, misnamed: 0, unnoticed: 0 }
    expectKept(await unlessSkipped(context, diskFull(options(3))), kept)
  })

  test('a second process is refused', async () => {
    const kept = { attempts: 12, refused: 12, ...nothingBroken }
    expectKept(await secondProcess(options(12)), kept)
  })

  test('damage is told, or does no harm', async () => {
    const { passed, seen } = await bitFlip(options(2))
    expect(passed).toBe(true)
    expect(seen).toMatchObject({ flips: 40, silent: 0, unnamed: 0 })
    expect(seen.detected).toBeGreaterThan(10)
  })

  test('wrong requests are refused with a code, and leave nothing', async () => {
    const kept = { serverErrors: 0, uncoded: 0, unanswered: 0, crashes: 0, halfStored: 0 }
    expectKept(await malformed(options(15_000)), kept)
  })
})

/** Kills in small rounds until the fault shows: how soon is chance, that it does is not. */
async function killUntilFound(planted: string): Promise<Verdict> {
  for (let round = 1; ; round++) {
    const verdict = await kill({ ...options(3), seed: SEED + round }, planted)
    if (!verdict.passed || round === ROUNDS_MAX) return verdict
  }
}

describe('what they find in stores with a planted fault', { timeout: TIMEOUT_MS }, () => {
  test('acknowledging early loses events when it is killed', async () => {
    const { passed, seen } = await killUntilFound('acknowledges-early')
    expect(passed).toBe(false)
    expect(seen.lost).toBeGreaterThan(0)
  })

  test('acknowledging early shows in the system calls', async (context) => {
    const running = trace(options(200), 'acknowledges-early')
    const { passed, seen } = await unlessSkipped(context, running)
    expect(passed).toBe(false)
    expect(seen.unsynced).toBeGreaterThan(100)
  })

  test('forgetting the last id stores events twice', async () => {
    const { passed, seen } = await killUntilFound('forgets-last-id')
    expect(passed).toBe(false)
    expect(seen.doubled).toBeGreaterThan(0)
  })

  test('without the sums of pages rows are hidden and nothing says so', async () => {
    const { passed, seen } = await bitFlip(options(16), 'sums-ignored')
    expect(passed).toBe(false)
    expect(seen.silent).toBeGreaterThan(0)
  })
})
