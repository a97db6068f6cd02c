import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '@adsum/engine'
import { AdsumError, type Backup, type DataCheck } from '@adsum/protocol'
import { moveBackup, openSqliteStorage } from '@adsum/storage'
import type { Context } from './context.ts'
import type { Progress } from './progress.ts'
import { serverAnswers, serverClient } from './workplace.ts'

/** A backup where it was wanted. */
export type MadeBackup = Backup

/** What commands ask of everything at rest, whether a server holds it or nobody does. */
export interface DataCalls {
  /** Copies everything into a new folder; with the keys also into `<folder>-keys`. */
  backUp(folder: string, withKeys: boolean, progress: Progress): Promise<MadeBackup>
  /** Reads and checks everything. */
  check(progress: Progress): Promise<DataCheck[]>
}

/**
 * Works on what is at rest: on the files themselves, with no app at work, or through the server that
 * holds them. So it works for data that an engine would refuse to open.
 *
 * @throws AdsumError `data_directory_unreadable` when there are none, `data_directory_locked`
 */
export async function withData<Result>(
  context: Context,
  work: (data: DataCalls) => Promise<Result>,
): Promise<Result> {
  const { world, data } = context
  if (!existsSync(data)) {
    throw new AdsumError('data_directory_unreadable', { path: data, problem: 'it does not exist' })
  }
  const storage = await openUnlessServed(context)
  if (storage === null) return work(servedData(context))
  try {
    return await work(ownData(storage))
  } finally {
    await storage.close()
  }

  async function openUnlessServed(here: Context): Promise<Storage | null> {
    try {
      return await openSqliteStorage({ path: data, clock: world.clock, entropy: world.entropy })
    } catch (fault) {
      const locked = fault instanceof AdsumError && fault.code === 'data_directory_locked'
      if (!locked || !(await serverAnswers(here))) throw fault
      here.output.note(`Asking the server on port ${here.port}, which holds the data.`)
      return null
    }
  }
}

function ownData(storage: Storage): DataCalls {
  return {
    async backUp(folder, withKeys, progress) {
      const onProgress = (done: number) => progress.show('copying', done)
      const { keys, bytes, apps } = await storage.backup({ folder, withKeys, onProgress })
      return {
        backup: folder,
        keys,
        bytes,
        apps: apps.map(({ name, events }) => ({ name, events })),
      }
    },
    check: (progress) => storage.scrub((app, done) => progress.show(`reading ${app}`, done)),
  }
}

/** A server writes into its own directory only, whoever asks; from there the backup is moved. */
function servedData(context: Context): DataCalls {
  const client = serverClient(context)
  return {
    async backUp(folder, withKeys, progress) {
      const asked = client.makeBackup({ withKeys })
      const made = await progress.during('the server is copying', asked)
      const keys = made.keys === null ? null : `${folder}-keys`
      if (made.keys !== null && keys !== null) {
        await moveBackup(join(context.data, made.keys), keys)
      }
      await moveBackup(join(context.data, made.backup), folder)
      return { ...made, backup: folder, keys }
    },
    check: (progress) => progress.during('the server is reading', client.checkData()),
  }
}
