import { join } from 'node:path'
import type { Features } from '@adsum/learning'
import { dataSet, linesOf } from '../data-sets.ts'
import { bundledSet } from './bundled-sets.ts'

/** One thing to be classified. */
export interface LabelledRow {
  readonly context: Features
  readonly label: string
}

/** A comma, unless it stands between quotes. */
const COMMA = /,(?=(?:[^"]*"[^"]*")*[^"]*$)/
/** Words of a text that count; the rest of a long one is left out. */
const WORDS_MAX = 64

/** Every set, by name, with all of its rows. */
export const classificationSets: Readonly<Record<string, () => LabelledRow[]>> = {
  digits: () => bundled('digits', 1 / 16),
  iris: () => bundled('iris', 1),
  wine: () => bundled('wine', 1),
  'breast-cancer': () => bundled('breast_cancer', 1),
  cleveland: () => table(file('heart', 'cleveland/processed.cleveland.data'), { label: -1 }),
  framingham: () =>
    table(file('heart', 'framingham/framingham.csv').slice(1), { label: -1, without: [0, 1] }),
  pima: () => table(file('heart', 'pima/pima-indians-diabetes.csv'), { label: -1 }),
  german: () => table(file('finance-credit', 'german.csv'), { label: -1 }),
  mammography: () => table(file('finance-credit', 'mammography.csv.gz'), { label: -1 }),
  adult: () => table(file('finance-credit', 'adult-train.csv.gz'), { label: -1 }),
  banking77: () =>
    file('banking77', 'train.csv.gz')
      .slice(1)
      .map((line) => line.trim().split(COMMA))
      // The lines of a text over several lines are not rows.
      .filter(([, label = '']) => /^[A-Za-z_?]+$/.test(label))
      .map((cells) => textRow(cells[0] ?? '', cells[1] ?? '')),
  'goemotions-ekman': () => goemotions('ekman'),
  'goemotions-group': () => goemotions('group'),
  'email-intent': () =>
    file('email', 'email-intent/Ask0729-fixed.txt.gz')
      .map((line) => line.split('\t'))
      .map(([label = '', text = '']) => textRow(text, label)),
}

function file(set: string, path: string): string[] {
  return linesOf(join(dataSet(set), path)).filter((line) => line.trim() !== '')
}

function bundled(name: Parameters<typeof bundledSet>[0], unit: number): LabelledRow[] {
  const { rows, labels } = bundledSet(name)
  return rows.map((row, at) => ({
    context: Object.fromEntries(row.map((value, column) => [`x${column}`, value * unit])),
    label: String(labels[at]),
  }))
}

/** Rows of comma-separated cells: numbers as numbers, anything else as text, what is missing left out. */
function table(
  lines: readonly string[],
  { label, without = [] }: { readonly label: number; readonly without?: readonly number[] },
): LabelledRow[] {
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.trim().replaceAll(/^['"]|['"]$/g, ''))
    const target = label < 0 ? cells.length + label : label
    const context: Record<string, number | string> = {}
    for (const [column, cell] of cells.entries()) {
      if (column === target || without.includes(column)) continue
      if (cell === '' || cell === '?' || cell === 'NA') continue
      const value = Number(cell)
      context[`x${column}`] = Number.isNaN(value) ? cell : value
    }
    return { context, label: cells[target] ?? '' }
  })
}

/** Texts with exactly one emotion. */
function goemotions(grouping: string): LabelledRow[] {
  return file('goemotions', `${grouping}/train.tsv.gz`)
    .map((line) => line.split('\t'))
    .filter(([, labels = '']) => !labels.includes(','))
    .map(([text = '', label = '']) => textRow(text, label))
}

function textRow(text: string, label: string): LabelledRow {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? []
  return { context: { word: [...new Set(words)].slice(0, WORDS_MAX) }, label }
}
