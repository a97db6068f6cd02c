import type { ReactElement } from 'react'
import styles from './missed-chart.module.css'
import type { Sitting, Standing } from './sitting.ts'

/** Lines into which the height is divided, at the least. */
const LINES_MIN = 2
/** Distances between lines that read well; times a power of ten. */
const ROUND = [1, 2, 5, 10]

/** Clicks missed so far, beside choosing blindly and beside a banner that is always the best one. */
export function MissedChart({ sitting }: { readonly sitting: Sitting }): ReactElement {
  const { course, people, missed, blind } = sitting
  const highest = Math.max(1, blind, missed)
  const step = roundStep(highest)
  const lines = Array.from({ length: Math.floor(highest / step) + 1 }, (_, at) => at * step)
  const place = (clicks: number) => 100 - (100 * clicks) / highest
  return (
    <section className={styles.missed} aria-labelledby="missed">
      <h2 id="missed">Clicks missed so far</h2>
      <p className={styles.lead}>
        A click is missed where people saw a banner that they like less than another. The flatter
        the line, the less is missed; what is missed at the beginning is the price of finding out.
      </p>
      {people === 0 ? <p className={styles.empty}>The lines begin with the first person.</p> : null}
      <ul className={styles.key} hidden={people === 0}>
        <li data-line="blind">
          Choosing blindly <strong>{blind.toFixed(0)}</strong>
        </li>
        <li data-line="own">
          Adsum <strong>{missed.toFixed(0)}</strong>
        </li>
        <li data-line="best">
          Always the best one <strong>0</strong>
        </li>
      </ul>
      <div className={styles.chart} hidden={people === 0}>
        {lines.map((clicks) => (
          <span key={clicks} className={styles.line} style={{ top: `${place(clicks)}%` }}>
            {clicks}
          </span>
        ))}
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          <path data-line="best" d="M0 100 H100" />
          <path data-line="blind" d={lineOf(course, people, (at) => place(at.blind))} />
          <path data-line="own" d={lineOf(course, people, (at) => place(at.missed))} />
        </svg>
      </div>
      <p className={styles.people} hidden={people === 0}>
        <span>nobody</span>
        <span>
          {people.toLocaleString('en')} {people === 1 ? 'person' : 'people'}
        </span>
      </p>
    </section>
  )
}

function lineOf(
  course: readonly Standing[],
  people: number,
  height: (standing: Standing) => number,
): string {
  const points = course.map(
    (standing) =>
      `${((100 * standing.people) / Math.max(1, people)).toFixed(2)} ${height(standing).toFixed(2)}`,
  )
  return `M${points.join(' L')}`
}

/** The largest round distance that leaves enough lines. */
function roundStep(highest: number): number {
  const power = 10 ** Math.floor(Math.log10(highest / LINES_MIN))
  const fitting = ROUND.map((factor) => factor * power).filter((at) => at <= highest / LINES_MIN)
  return Math.max(1, fitting.at(-1) ?? 1)
}
