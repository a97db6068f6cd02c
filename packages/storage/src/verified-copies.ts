import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BackedUpFile, invalid } from './backup-manifest.ts'
import { copyFile } from './file-copies.ts'

/**
 * Copies a file of a backup.
 * @throws StorageFault `backup_invalid` when it is not what was written
 */
export async function copyVerified(
  from: string,
  { path, bytes, sha256 }: BackedUpFile,
  to: string,
  onBytes?: (bytes: number) => void,
): Promise<void> {
  const source = join(from, path)
  if (!existsSync(source)) throw invalid(from, `${path} is missing`)
  const copied = await copyFile(source, join(to, path), onBytes)
  if (copied.bytes !== bytes) {
    throw invalid(from, `${path} has ${copied.bytes} bytes, not ${bytes}`)
  }
  if (copied.sha256 !== sha256) throw invalid(from, `${path} is not what was written`)
}
