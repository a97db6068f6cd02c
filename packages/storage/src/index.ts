export { moveBackup } from './move-backup.ts'
export {
  type RestoredApp,
  type RestoreOptions,
  type RestoreReport,
  restoreBackup,
} from './restore.ts'
export { openSqliteStorage, type SqliteStorageOptions } from './sqlite-storage.ts'
