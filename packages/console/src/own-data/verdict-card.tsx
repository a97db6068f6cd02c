import type { Interval, Verdict } from '@adsum/protocol'
import type { CSSProperties, ReactElement } from 'react'
import styles from './verdict-card.module.css'

/** The name of this product's own method in a verdict. */
const OWN_METHOD = 'ranker'

/** A verdict: the sentence, the comparison behind it, and why. */
export function VerdictCard({ verdict }: { readonly verdict: Verdict }): ReactElement {
  const hits = verdict.methods.map(({ hitRate10 }) => hitRate10)
  const orders = verdict.methods.map(({ ndcg10 }) => ndcg10)
  return (
    <div className={styles.verdict}>
      <p className={styles.sentence}>{verdict.sentence}</p>
      {verdict.methods.length === 0 ? null : (
        <table className={styles.methods}>
          <caption>
            The lines show how far chance alone could move a value (95% certainty). Right among ten:
            how often the next choice was among the first ten. Order: how far up it stood, 100 for
            always first (NDCG@10). Catalogue: how much of it appears on anybody’s list.
          </caption>
          <thead>
            <tr>
              <th scope="col">Way of making lists</th>
              <th scope="col">Right among ten</th>
              <th scope="col">Order</th>
              <th scope="col">Catalogue</th>
            </tr>
          </thead>
          <tbody>
            {verdict.methods.map((method) => (
              <tr key={method.name} data-own={method.name === OWN_METHOD || undefined}>
                <th scope="row">{method.title}</th>
                <td data-label="Right among ten">
                  <Range interval={method.hitRate10} highest={highestOf(hits)} unit="%" />
                </td>
                <td data-label="Order">
                  <Range interval={method.ndcg10} highest={highestOf(orders)} unit="" />
                </td>
                <td data-label="Catalogue">{inHundredths(method.coverage)}%</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul className={styles.why}>
        {verdict.why.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className={styles.small}>
        {verdict.rows.toLocaleString('en')} rows, {verdict.users.toLocaleString('en')} people,{' '}
        {verdict.items.toLocaleString('en')} items; {verdict.testUsers.toLocaleString('en')} people
        asked about; split {verdict.split}; {verdict.seconds.toFixed(1)} s; seed {verdict.seed}.
      </p>
    </div>
  )
}

function Range(props: {
  readonly interval: Interval
  readonly highest: number
  readonly unit: string
}): ReactElement {
  const { interval, highest, unit } = props
  const place = (value: number) => `${(100 * value) / highest}%`
  const style: CSSProperties & Record<`--${string}`, string> = {
    '--low': place(interval.low),
    '--value': place(interval.value),
    '--high': place(interval.high),
  }
  const { value, low, high } = interval
  return (
    <span className={styles.range}>
      <span className={styles.number}>
        {inHundredths(value)}
        {unit}{' '}
        <span className={styles.bounds}>
          {inHundredths(low)}–{inHundredths(high)}
        </span>
      </span>
      <span className={styles.track} style={style} aria-hidden="true" />
    </span>
  )
}

function highestOf(intervals: readonly Interval[]): number {
  return Math.max(...intervals.map(({ high }) => high)) || 1
}

/** 0.1834 as "18.3". */
function inHundredths(value: number): string {
  return (100 * value).toFixed(1)
}
