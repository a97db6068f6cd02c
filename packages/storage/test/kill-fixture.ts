import { spawn } from 'node:child_process'
import type { KillFixture } from '@adsum/engine/testing'
import { newFixture } from './fixture.ts'

const APPENDER = new URL('./append-forever.ts', import.meta.url).pathname

/** A data directory with a process of its own, with an honest store or one with a planted fault. */
export async function killFixture(mode: 'honest' | 'acknowledges-early'): Promise<KillFixture> {
  const fixture = await newFixture()
  return {
    ...fixture,
    start: (run) =>
      spawn(process.execPath, [APPENDER, fixture.path, String(run), mode], {
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
  }
}
