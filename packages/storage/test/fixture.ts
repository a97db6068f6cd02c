import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@adsum/engine'
import type { StoreFixture } from '@adsum/engine/testing'
import { openSqliteStorage } from '../src/index.ts'

/** Opens a data directory with a fixed clock and real randomness. */
export async function openAt(path: string): Promise<Storage> {
  return openSqliteStorage({
    path,
    clock: { now: () => Date.parse('2026-11-21T12:00:00Z') },
    entropy: { bytes: (length) => randomBytes(length) },
  })
}

/** A new folder for a data directory. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'adsum-storage-'))
}

export async function newFixture(): Promise<StoreFixture & { readonly path: string }> {
  const path = newFolder()
  return {
    path,
    open: async () => openAt(path),
    dispose: async () => rmSync(path, { recursive: true, force: true }),
  }
}
