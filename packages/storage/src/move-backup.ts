import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UNFINISHED_SUFFIX } from './backup.ts'
import { type BackedUpFile, readEitherManifest, writeManifest } from './backup-manifest.ts'
import { StorageFault } from './fault.ts'
import { makeFolder, syncFolder } from './folders.ts'
import { copyVerified } from './verified-copies.ts'
import { adsumError } from './writer-thread.ts'

/**
 * Moves a backup, or the keys of one, to where it is wanted: by its name, or byte by byte where that is
 * another disk. It is in the new place whole before it leaves the old one.
 *
 * @throws AdsumError `request_invalid` when the new place is in use, `backup_invalid`
 */
export async function moveBackup(from: string, to: string): Promise<void> {
  try {
    if (existsSync(to) && readdirSync(to).length > 0) {
      throw new StorageFault('request_invalid', { problem: `the folder ${to} is not empty` })
    }
    makeFolder(dirname(to))
    if (!renamed(from, to)) await copyAcross(from, to)
    syncFolder(dirname(to))
    syncFolder(dirname(from))
  } catch (error) {
    throw adsumError(error, from)
  }
}

/** False where the two places are on different disks. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EXDEV') return false
    throw error
  }
}

/** Copies a backup with all that its manifest names, then removes the old one. */
export async function copyAcross(from: string, to: string): Promise<void> {
  const made = to + UNFINISHED_SUFFIX
  rmSync(made, { recursive: true, force: true })
  try {
    const manifest = readEitherManifest(from)
    makeFolder(made)
    for (const file of manifest.files) await copyInto(from, file, made)
    writeManifest(made, manifest)
    renameSync(made, to)
    syncFolder(dirname(to))
    rmSync(from, { recursive: true })
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}

async function copyInto(from: string, file: BackedUpFile, made: string): Promise<void> {
  const folder = dirname(join(made, file.path))
  makeFolder(folder)
  await copyVerified(from, file, made)
  syncFolder(folder)
}
