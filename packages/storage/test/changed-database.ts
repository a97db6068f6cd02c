import { rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { sumsFileOf } from '../src/page-sums.ts'

/**
 * Changes a database that is closed as if its rows had been so when they were written: the sums of its
 * pages, which would tell, are removed and made anew when it is opened.
 */
export function changeDatabase(path: string, change: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(path)
  change(db)
  db.close()
  rmSync(sumsFileOf(path))
}
