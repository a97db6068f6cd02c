import type { RowProblem } from '@adsum/protocol'
import type { ReactElement } from 'react'
import styles from './row-problems.module.css'

/** Problems shown one by one; more of them say nothing new. */
const SHOWN_MAX = 5

/** Rows that could not be read, each with its place. */
export function RowProblems(props: {
  readonly problems: readonly RowProblem[]
}): ReactElement | null {
  const { problems } = props
  if (problems.length === 0) return null
  const more = problems.length - SHOWN_MAX
  return (
    <section className={styles.problems} aria-label="Problems in the file">
      <h3>
        {problems.length === 1 ? 'One row has a problem' : `${problems.length} rows have a problem`}
      </h3>
      <ul>
        {problems.slice(0, SHOWN_MAX).map(({ line, column, expected, found }) => (
          <li key={`${line} ${column}`}>
            {placeInWords(line, column)}: expected {expected}, found <code>{found}</code>.
          </li>
        ))}
      </ul>
      {more > 0 ? <p>and {more} more. Such rows are left out.</p> : <p>Such rows are left out.</p>}
    </section>
  )
}

/** Where a problem lies; names in brackets are no columns of the file. */
function placeInWords(line: number, column: string): string {
  return column.startsWith('(') ? `Line ${line}` : `Line ${line}, column ${column}`
}
