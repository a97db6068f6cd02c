import { AdsumError, type ErrorCode, type RowProblem } from '@adsum/protocol'
import { shortened } from './column-profile.ts'
import { PROBLEMS_KEPT_MAX } from './limits.ts'

/** A problem in a file and the code of the error that it is when reading stops there. */
export interface FileProblem extends RowProblem {
  readonly code: Extract<ErrorCode, 'file_row_invalid' | 'file_encoding_invalid' | 'file_truncated'>
}

/** Problems met while reading: the first of them with their places, and how many in all. */
export class ProblemList {
  readonly #kept: RowProblem[] = []
  #total = 0

  /** @param stop whether the first problem ends the reading, as an error. */
  readonly #stop: boolean

  constructor(stop: boolean) {
    this.#stop = stop
  }

  /** @throws AdsumError with the problem's code when problems stop the reading. */
  add(problem: FileProblem): void {
    const { code, line, column, expected } = problem
    const found = shortened(problem.found)
    if (this.#stop) throw new AdsumError(code, { line, column, expected, found })
    this.#total++
    if (this.#kept.length < PROBLEMS_KEPT_MAX) this.#kept.push({ line, column, expected, found })
  }

  /** The first problems, at most {@link PROBLEMS_KEPT_MAX}. */
  get kept(): readonly RowProblem[] {
    return this.#kept
  }

  get total(): number {
    return this.#total
  }
}
