import type { Candidate, Knowledge } from '@adsum/learning'
import { CANDIDATES_MAX } from './decision-limits.ts'

/** A cell that does not say what it should: what was expected. */
export class CellProblem extends Error {
  override readonly name = 'CellProblem'
  readonly expected: string

  constructor(expected: string) {
    super(expected)
    this.expected = expected
  }
}

/** Between the parts of a list in one cell; JSON Lines have arrays instead. */
const SEPARATOR = '|'
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const NOT_A_NUMBER = /^[+-]?(nan|inf|infinity)$/i

/** Whether a cell is a number with a decimal point, as programs write it. */
export function isNumber(cell: string): boolean {
  return NUMBER.test(cell.trim())
}

/** Whether a cell is what programs write when a calculation failed. */
export function isFailedNumber(cell: string): boolean {
  return NOT_A_NUMBER.test(cell.trim())
}

/** @throws CellProblem */
export function readNumber(cell: string, expected: string): number {
  if (!isNumber(cell)) throw new CellProblem(expected)
  const value = Number(cell)
  if (!Number.isFinite(value)) throw new CellProblem(expected)
  return value
}

/** @throws CellProblem */
export function readPropensity(cell: string): number {
  const expected = 'a probability above 0 and at most 1'
  const value = readNumber(cell, expected)
  if (value <= 0 || value > 1) throw new CellProblem(expected)
  return value
}

/** Probabilities such as `0.2|0.8` or `[0.2, 0.8]`. @throws CellProblem */
export function readProbabilities(cell: string): Float64Array {
  const expected = 'probabilities such as 0.2|0.8'
  return Float64Array.from(readList(cell, expected), (part) => {
    if (typeof part === 'number') return part
    if (typeof part === 'string') return readNumber(part, expected)
    throw new CellProblem(expected)
  })
}

/** Options such as `a|b`, `["a", "b"]` or `[{"id": "a", "features": {"price": 3}}]`. @throws CellProblem */
export function readCandidates(cell: string): Candidate[] {
  const expected = 'options such as a|b'
  const parts = readList(cell, expected)
  if (parts.length > CANDIDATES_MAX) throw new CellProblem(`at most ${CANDIDATES_MAX} options`)
  return parts.map((part) => {
    if (typeof part === 'string' && part !== '') return { id: part }
    if (typeof part === 'number') return { id: String(part) }
    if (!isObject(part)) throw new CellProblem(expected)
    const { id, features } = part
    if (typeof id !== 'string' && typeof id !== 'number') {
      throw new CellProblem('options with an id each')
    }
    return { id: String(id), ...(features === undefined ? {} : { features: knowledge(features) }) }
  })
}

function knowledge(value: unknown): Knowledge {
  if (!isObject(value)) throw new CellProblem('features as an object of numbers and texts')
  return Object.fromEntries(
    Object.entries(value).map(([name, known]) => {
      if (typeof known === 'boolean') return [name, known ? 1 : 0]
      if (typeof known === 'string' || typeof known === 'number') return [name, known]
      throw new CellProblem(`a number or a text for "${name}"`)
    }),
  )
}

function readList(cell: string, expected: string): readonly unknown[] {
  const text = cell.trim()
  if (text === '') throw new CellProblem(expected)
  if (!text.startsWith('[')) return text.split(SEPARATOR).map((part) => part.trim())
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CellProblem(expected)
  }
  if (!Array.isArray(value) || value.length === 0) throw new CellProblem(expected)
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
