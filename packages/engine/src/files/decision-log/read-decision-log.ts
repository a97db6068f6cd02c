import {
  type Candidate,
  candidatesProblem,
  decisionProblem,
  type Knowledge,
  type LoggedDecision,
  probabilityProblem,
} from '@adsum/learning'
import { AdsumError } from '@adsum/protocol'
import { shortened } from '../column-profile.ts'
import type { TableEntry, TableRow } from '../csv.ts'
import { openDataSet } from '../data-set.ts'
import type { Encoding } from '../encoding.ts'
import {
  CellProblem,
  isFailedNumber,
  isNumber,
  readCandidates,
  readNumber,
  readProbabilities,
  readPropensity,
} from './decision-cells.ts'
import {
  type DecisionColumns,
  type DecisionMapping,
  type DecisionRole,
  decisionColumns,
} from './decision-columns.ts'
import { DECISIONS_MAX, OPTIONS_MAX } from './decision-limits.ts'

/** Choices that somebody logged, read from a file. */
export interface DecisionLog {
  readonly name: string
  readonly format: DecisionColumns['format']
  readonly decisions: readonly LoggedDecision[]
  /** Whether the log names the options of each decision; otherwise all that it ever shows are. */
  readonly namesCandidates: boolean
  /** By policy column that was asked for: probabilities of the candidates, one row per decision. */
  readonly policies: ReadonlyMap<string, readonly Float64Array[]>
}

export interface DecisionLogOptions {
  readonly mapping?: DecisionMapping
  /** Columns with the probabilities of a policy. */
  readonly policyColumns?: readonly string[]
  readonly encoding?: Encoding
}

/**
 * Reads a log of decisions: CSV or JSON Lines, packed or not, or a file of the Open Bandit Dataset
 * (`docs/evaluation.md`). All or nothing: leaving rows out would bias every estimate.
 * @throws AdsumError `file_not_found`, `file_empty`, `decision_log_unclear`, `statistics_full`; for the
 *   first bad row `file_row_invalid`, `file_truncated`, `file_encoding_invalid`.
 */
export async function readDecisionLog(
  path: string,
  { mapping = {}, policyColumns = [], encoding }: DecisionLogOptions = {},
): Promise<DecisionLog> {
  const { name, table } = await openDataSet(path, encoding === undefined ? {} : { encoding })
  const columns = decisionColumns(table.columns, mapping, policyColumns)
  const rows = (): AsyncGenerator<TableRow> => goodRows(table.read())
  const survey = await surveyRows(rows(), columns)
  const reader = new DecisionReader(table.columns, columns, survey)
  const decisions: LoggedDecision[] = []
  const policies = new Map(policyColumns.map((column) => [column, [] as Float64Array[]]))
  let options = 0
  for await (const row of rows()) {
    const decision = reader.decision(row)
    options += decision.candidates.length
    if (decisions.length >= DECISIONS_MAX || options > OPTIONS_MAX) {
      throw new AdsumError('statistics_full', {
        problem: `a log may hold ${DECISIONS_MAX} decisions with ${OPTIONS_MAX} options in all`,
      })
    }
    decisions.push(decision)
    for (const [column, probabilities] of policies) {
      probabilities.push(reader.policy(row, column, decision))
    }
  }
  return {
    name,
    format: columns.format,
    decisions,
    namesCandidates: columns.roles.candidates !== undefined,
    policies,
  }
}

async function* goodRows(batches: AsyncIterable<readonly TableEntry[]>): AsyncGenerator<TableRow> {
  for await (const batch of batches) {
    for (const entry of batch) {
      if ('cells' in entry) {
        yield entry
        continue
      }
      const { line, kind, expected, found } = entry
      throw new AdsumError(kind === 'truncated' ? 'file_truncated' : 'file_row_invalid', {
        line,
        column: 1,
        expected,
        found: shortened(found),
      })
    }
  }
}

/** What only the whole file tells. */
interface Survey {
  /** Context columns that hold nothing but numbers. */
  readonly numeric: ReadonlySet<number>
  /** Every option that was ever chosen, by name. */
  readonly candidates: readonly Candidate[]
}

async function surveyRows(
  rows: AsyncIterable<TableRow>,
  { context, roles }: DecisionColumns,
): Promise<Survey> {
  const numeric = new Set(context.map(({ place }) => place))
  const actions = new Set<string>()
  let count = 0
  for await (const { cells } of rows) {
    count++
    actions.add(cells[roles.action ?? -1]?.trim() ?? '')
    for (const place of numeric) {
      const cell = cells[place] ?? ''
      if (cell !== '' && !isNumber(cell) && !isFailedNumber(cell)) numeric.delete(place)
    }
  }
  if (count === 0) throw new AdsumError('file_empty')
  return { numeric, candidates: [...actions].sort().map((id) => ({ id })) }
}

/** Makes decisions of rows. */
class DecisionReader {
  readonly #names: readonly string[]
  readonly #columns: DecisionColumns
  readonly #survey: Survey
  /** Candidates by the cell that names them, so that a log shares them. */
  readonly #candidates = new Map<string, readonly Candidate[]>()

  constructor(names: readonly string[], columns: DecisionColumns, survey: Survey) {
    this.#names = names
    this.#columns = columns
    this.#survey = survey
  }

  /** @throws AdsumError `file_row_invalid` */
  decision(row: TableRow): LoggedDecision {
    const { position, user } = this.#columns.roles
    const candidates = this.#candidatesOf(row)
    const decision = {
      context: this.#context(row),
      candidates,
      chosen: this.#chosen(row, candidates),
      propensity: this.#read(row, 'propensity', readPropensity),
      propensities:
        this.#columns.roles.propensities === undefined
          ? null
          : this.#read(row, 'propensities', readProbabilities),
      reward: this.#read(row, 'reward', (cell) => readNumber(cell, 'a number')),
      user: user === undefined ? null : row.cells[user] || null,
      position: position === undefined ? null : (row.cells[position] ?? ''),
    }
    const problem = decisionProblem(decision)
    if (problem === null) return decision
    throw this.#problem(row, this.#columns.roles.propensities ?? 0, problem)
  }

  /** @throws AdsumError `file_row_invalid` */
  policy(row: TableRow, column: string, { candidates }: LoggedDecision): Float64Array {
    const place = this.#columns.policies.get(column) ?? -1
    const probabilities = this.#readAt(row, place, readProbabilities)
    const problem = probabilityProblem(probabilities, candidates.length)
    if (problem === null) return probabilities
    throw this.#problem(row, place, problem)
  }

  #context({ line, cells }: TableRow): Knowledge {
    const known: Record<string, number | string> = {}
    for (const { place, name } of this.#columns.context) {
      const cell = cells[place] ?? ''
      if (cell === '') continue
      if (isFailedNumber(cell)) {
        throw this.#problem({ line, cells }, place, 'a number, a text or nothing')
      }
      known[name] = this.#survey.numeric.has(place) ? Number(cell) : cell
    }
    return known
  }

  #candidatesOf(row: TableRow): readonly Candidate[] {
    const place = this.#columns.roles.candidates
    if (place === undefined) return this.#survey.candidates
    const cell = row.cells[place] ?? ''
    const known = this.#candidates.get(cell)
    if (known !== undefined) return known
    const candidates = this.#readAt(row, place, readCandidates)
    const problem = candidatesProblem(candidates)
    if (problem !== null) throw this.#problem(row, place, problem)
    this.#candidates.set(cell, candidates)
    return candidates
  }

  #chosen(row: TableRow, candidates: readonly Candidate[]): number {
    return this.#read(row, 'action', (cell) => {
      const action = cell.trim()
      if (action === '') throw new CellProblem('the option that was chosen')
      const chosen = candidates.findIndex(({ id }) => id === action)
      if (chosen < 0) throw new CellProblem('one of the candidates')
      return chosen
    })
  }

  #read<Value>(row: TableRow, role: DecisionRole, read: (cell: string) => Value): Value {
    return this.#readAt(row, this.#columns.roles[role] ?? -1, read)
  }

  #readAt<Value>(row: TableRow, place: number, read: (cell: string) => Value): Value {
    try {
      return read(row.cells[place] ?? '')
    } catch (fault) {
      if (!(fault instanceof CellProblem)) throw fault
      throw this.#problem(row, place, fault.expected)
    }
  }

  #problem({ line, cells }: TableRow, place: number, expected: string): AdsumError {
    const found = shortened(cells[place] ?? '') || 'nothing'
    const column = this.#names[place] ?? String(place + 1)
    return new AdsumError('file_row_invalid', { line, column, expected, found })
  }
}
