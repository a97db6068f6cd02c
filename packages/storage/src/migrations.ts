import type { DatabaseSync } from 'node:sqlite'
import { transaction } from './database.ts'
import { StorageFault } from './fault.ts'

/**
 * Brings a database to the newest schema. `steps[n]` leads from version n to n + 1; the version stands
 * in the file's header (`user_version`) and changes in the transaction of its step.
 *
 * @throws StorageFault `data_directory_newer` when the file knows a later step; nothing is written.
 */
export function migrate(db: DatabaseSync, path: string, steps: readonly string[]): void {
  const found = Number(db.prepare('PRAGMA user_version').get()?.user_version)
  if (found > steps.length) {
    throw new StorageFault('data_directory_newer', { path, found, known: steps.length })
  }
  for (const [version, statements] of steps.entries()) {
    if (version < found) continue
    transaction(db, () => {
      db.exec(statements)
      db.exec(`PRAGMA user_version = ${version + 1}`)
    })
  }
}
