import type { ErrorCode, ErrorDetails } from '@adsum/protocol'

/**
 * A failure as it travels between threads: the code and details of an `AdsumError`. The writer thread
 * throws it instead of the error itself, so that it need not load the protocol's schemas.
 */
export class StorageFault extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails

  constructor(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown) {
    super(`${code} ${JSON.stringify(details)}`, cause === undefined ? undefined : { cause })
    this.name = 'StorageFault'
    this.code = code
    this.details = details
  }
}

/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html). */
const SQLITE_PERM = 3
const SQLITE_BUSY = 5
const SQLITE_READONLY = 8
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_NOTADB = 26
/** The low byte of an extended result code is its primary code. */
const PRIMARY_CODE_MASK = 0xff

/**
 * The fault that an error of SQLite or of the file system stands for; faults pass unchanged.
 * @param path of what was worked on
 * @param database in it whose content was read
 */
export function faultOf(error: unknown, path: string, database: string = path): StorageFault {
  if (error instanceof StorageFault) return error
  const problem = error instanceof Error ? error.message : String(error)
  const unreadable = new StorageFault('data_directory_unreadable', { path, problem }, error)
  const sqlite = sqliteCode(error)
  if (sqlite !== null) {
    if (sqlite === SQLITE_FULL) return new StorageFault('data_directory_full', { path }, error)
    if (sqlite === SQLITE_CORRUPT || sqlite === SQLITE_NOTADB) {
      return damaged(error, database, problem)
    }
    const refused = [SQLITE_PERM, SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR, SQLITE_CANTOPEN]
    return refused.includes(sqlite) ? unreadable : internal(error, problem)
  }
  if (isUnreadableValue(error)) {
    return damaged(error, database, problem)
  }
  const code = fileSystemCode(error)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StorageFault('data_directory_full', { path }, error)
  }
  return code === null ? internal(error, problem) : unreadable
}

/** The outcome of work, or null when what it reads is damaged, which is then told to `damaged`. */
export function unlessDamaged<T>(damaged: string[], work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    const { code, details } = faultOf(error, 'the log')
    if (code !== 'data_corrupt') throw error
    damaged.push(String(details.what))
    return null
  }
}

/**
 * True for a failed read, write or sync. What the disk then holds is unknown, and a second sync may
 * claim success without having written anything: the store stops and recovers when it is opened anew.
 */
export function isInputOutputError(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_IOERR || fileSystemCode(error) === 'EIO'
}

function damaged(error: unknown, database: string, problem: string): StorageFault {
  const what = `${database}: ${problem}; restore a backup`
  return new StorageFault('data_corrupt', { what }, error)
}

/** What stood at rest is no JSON, or a number that nobody writes. */
function isUnreadableValue(error: unknown): boolean {
  if (error instanceof SyntaxError) return true
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_OUT_OF_RANGE'
}

function internal(error: unknown, problem: string): StorageFault {
  return new StorageFault('internal', { reference: problem }, error)
}

function sqliteCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode & PRIMARY_CODE_MASK : null
}

function fileSystemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
