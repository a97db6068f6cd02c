import { AdsumError, type FileView, type Mapping, type RowProblem } from '@adsum/protocol'
import { shortened } from './column-profile.ts'
import { type Inference, inferColumns } from './column-roles.ts'
import type { DataSet } from './data-set.ts'
import { PREVIEW_ROWS_MAX } from './limits.ts'
import { type DateOrder, planRows, sampleProblems } from './rows.ts'

/** A data set whose columns were looked at. */
export interface UnderstoodFile {
  readonly dataSet: DataSet
  readonly inference: Inference
}

/** Takes the columns of a data set for their roles. */
export function understand(dataSet: DataSet): UnderstoodFile {
  const { table } = dataSet
  const rows = table.sample.flatMap((entry) => ('cells' in entry ? [entry.cells] : []))
  return { dataSet, inference: inferColumns(table.columns, rows, table.named) }
}

/**
 * The mapping to work with: the one asked for, or the one that was understood.
 * @throws AdsumError `file_columns_unclear` when there is none or it does not fit the columns.
 */
export function chooseMapping(
  { dataSet, inference }: UnderstoodFile,
  asked: Mapping | undefined,
  dateOrder?: DateOrder,
): Mapping {
  const mapping = asked ?? inference.mapping
  if (mapping === null) {
    throw new AdsumError('file_columns_unclear', {
      problem: inference.unclear ?? 'too few of them',
    })
  }
  planRows(dataSet.table, mapping, dateOrder)
  return mapping
}

/** What to show of a file before it is used. @param now milliseconds since 1970 UTC. */
export function viewFile(
  { dataSet, inference }: UnderstoodFile,
  identity: Pick<FileView, 'file' | 'name' | 'bytes'>,
  now: number,
): FileView {
  const rows = dataSet.table.sample.flatMap((entry) => ('cells' in entry ? [entry.cells] : []))
  return {
    ...identity,
    format: dataSet.format,
    columns: [...inference.columns],
    mapping: inference.mapping,
    preview: rows.slice(0, PREVIEW_ROWS_MAX).map((cells) => cells.map(shortened)),
    problems: problemsOf({ dataSet, inference }, now),
  }
}

function problemsOf({ dataSet, inference }: UnderstoodFile, now: number): RowProblem[] {
  const unclear: RowProblem[] =
    inference.unclear === null
      ? []
      : [{ line: 1, column: '(columns)', expected: 'clear columns', found: inference.unclear }]
  // Dates that can be read in two ways cannot be checked before someone says which.
  if (inference.mapping === null || inference.unclear !== null) return unclear
  return sampleProblems(dataSet.table, planRows(dataSet.table, inference.mapping), now)
}
