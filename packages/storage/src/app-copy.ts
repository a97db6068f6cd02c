import { join } from 'node:path'
import type { BackedUpApp } from '@adsum/engine/ports'
import type { BackedUpFile } from './backup-manifest.ts'
import type { DataLayout } from './data-layout.ts'
import { copyBytes, copyFile, type LockedFiles } from './file-copies.ts'
import { makeFolder, syncFolder } from './folders.ts'
import type { CopyPoint } from './live-copy.ts'

/** One app as it is copied into a backup. */
export interface AppCopy {
  readonly app: BackedUpApp
  readonly files: readonly BackedUpFile[]
  readonly keyFiles: readonly BackedUpFile[]
}

/** Where an app's files lie, and the writer thread's part in copying them. */
export interface AppCopySource {
  readonly name: string
  readonly layout: DataLayout
  readonly locked: LockedFiles
  readonly keysMark: string
  begin(): Promise<CopyPoint>
  /** Whether the files stood still since `begin`. */
  end(): Promise<boolean>
  /** Runs work while no model is published or destroyed. */
  withModels<T>(work: () => Promise<T>): Promise<T>
}

/**
 * Copies an app's log and models into a backup, and its keys into another folder where one is given.
 * @returns null when the files had to change meanwhile: what was copied is worth nothing
 */
export async function copyApp(
  source: AppCopySource,
  folder: string,
  keys: string | null,
  onProgress: (done: number) => void,
): Promise<AppCopy | null> {
  const { name, layout } = source
  const path = `apps/${name}`
  makeFolder(join(folder, path, 'models'))
  try {
    // The models while none is destroyed; the log, which takes longer, while they may be.
    const { point, files } = await source.withModels(async () => {
      const point = await source.begin()
      return { point, files: await copyModels(source, point, folder) }
    })
    const size = point.logBytes + (keys === null ? 0 : point.keysBytes)
    let done = 0
    const onBytes = (bytes: number) => {
      done += bytes
      onProgress(done / size)
    }
    const copyLocked = async (from: string, bytes: number, to: string) =>
      copyBytes(source.locked.descriptor(from), bytes, to, onBytes)
    const from = join(layout.app(name), 'log.db')
    const log = await copyLocked(from, point.logBytes, join(folder, path, 'log.db'))
    // After the log: a person who is erased in between has no key then, never a key and no rows.
    const key =
      keys === null
        ? []
        : [await copyLocked(layout.keyFile(name), point.keysBytes, join(keys, `${name}.db`))]
    for (const made of [join(folder, path, 'models'), join(folder, path)]) syncFolder(made)
    const isWhole =
      log.bytes === point.logBytes && key.every(({ bytes }) => bytes === point.keysBytes)
    const { totals, nextPerson } = point
    const copy: AppCopy = {
      app: { name, ...totals, nextPerson, keysMark: source.keysMark },
      files: [{ path: `${path}/log.db`, ...log }, ...files],
      keyFiles: key.map((copied) => ({ path: `${name}.db`, ...copied })),
    }
    const isUndisturbed = await source.end()
    return isWhole && isUndisturbed ? copy : null
  } catch (error) {
    await source.end()
    throw error
  }
}

async function copyModels(
  { name, layout }: AppCopySource,
  { models }: CopyPoint,
  folder: string,
): Promise<BackedUpFile[]> {
  const files: BackedUpFile[] = []
  for (const { manifest } of models) {
    const file = `${manifest.id}.model`
    const path = `apps/${name}/models/${file}`
    files.push({ path, ...(await copyFile(join(layout.models(name), file), join(folder, path))) })
  }
  return files
}
