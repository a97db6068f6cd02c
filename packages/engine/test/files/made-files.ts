import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Mapping } from '@adsum/protocol'
import type { TableEntry, TableRow } from '../../src/files/csv.ts'
import { type UnderstoodFile, understand } from '../../src/files/file-view.ts'
import { ProblemList } from '../../src/files/problems.ts'
import { planRows, type Row, readRows } from '../../src/files/rows.ts'
import { memorySource } from '../../src/files/source.ts'
import { openTable, type Table, type TableHints } from '../../src/files/table.ts'

export const NOW: number = Date.parse('2026-11-21T12:00:00Z')

/** Where the repository's published data sets lie. */
export const DATA_SETS: string = resolve(
  process.env.ADSUM_DATASETS ?? join(import.meta.dirname, '../../../../../shared/data'),
)

/** Why a test on a data set cannot run, or null when it can. */
export function missing(dataSet: string): string | null {
  const path = join(DATA_SETS, dataSet)
  const there = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  return there ? null : `${path} is not there; set ADSUM_DATASETS`
}

export function table(content: string | Uint8Array, hints: TableHints = {}): Promise<Table> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return openTable(memorySource('made.csv', bytes), hints)
}

export async function entriesOf(from: Table): Promise<TableEntry[]> {
  const entries: TableEntry[] = []
  for await (const batch of from.read()) entries.push(...batch)
  return entries
}

export function cellsOf(entries: readonly TableEntry[]): (readonly string[])[] {
  return entries.filter((entry): entry is TableRow => 'cells' in entry).map(({ cells }) => cells)
}

export async function understood(content: string): Promise<UnderstoodFile> {
  const made = await table(content)
  return understand({
    name: 'made.csv',
    format: made.format,
    table: made,
    readCatalogue: async () => new Map(),
  })
}

/** Reads a made table with the mapping given or understood. */
export async function rowsOf(
  content: string | Uint8Array,
  options: { mapping?: Mapping; onProblem?: 'skip' | 'stop'; hints?: TableHints } = {},
): Promise<{ rows: Row[]; problems: ProblemList }> {
  const from = await table(content, options.hints)
  const mapping = options.mapping ?? { user: 'user', item: 'item' }
  const problems = new ProblemList(options.onProblem === 'stop')
  const rows: Row[] = []
  const plan = planRows(from, mapping)
  for await (const row of readRows(from, plan, { now: NOW, problems })) rows.push(row)
  return { rows, problems }
}

/** A folder that goes with the test. */
export function madeFolder(): {
  path: string
  write(name: string, content: string | Uint8Array): string
  remove(): void
} {
  const path = mkdtempSync(join(tmpdir(), 'adsum-files-'))
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content)
      return join(path, name)
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}
