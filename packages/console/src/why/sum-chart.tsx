import type { Choice } from '@adsum/protocol'
import type { CSSProperties, ReactElement } from 'react'
import { pointSum } from './points.ts'
import { runningSum, type Span } from './running-sum.ts'
import styles from './sum-chart.module.css'

/** The reasons of a choice as bars laid end to end, so that one sees them add up to the total. */
export function SumChart(props: { readonly choice: Choice }): ReactElement {
  const { reasons, score, scale } = props.choice
  const shares = reasons.map(({ share }) => share)
  const points = pointSum(score, scale, shares)
  const sum = runningSum(shares)
  return (
    <div className={styles.chart}>
      <ul className={styles.reasons}>
        {reasons.map(({ feature, text, share }, at) => (
          <li key={feature} className={styles.row}>
            <span className={styles.text}>{text}</span>
            <Bar kind={share < 0 ? 'against' : 'for'} span={sum.spans[at]} zero={sum.zero} />
            <span className={styles.share} data-against={share < 0 || undefined}>
              {points.shares[at]}
            </span>
          </li>
        ))}
      </ul>
      <p className={styles.total}>
        <span className={styles.text}>Together</span>
        <Bar kind="total" span={sum.total} zero={sum.zero} />
        <span className={styles.share}>{points.total}</span>
      </p>
    </div>
  )
}

function Bar(props: {
  readonly kind: 'for' | 'against' | 'total'
  readonly span: Span | undefined
  readonly zero: number
}): ReactElement {
  const { from, to } = props.span ?? { from: 0, to: 0 }
  const style: CSSProperties & Record<`--${string}`, string> = {
    '--from': `${100 * Math.min(from, to)}%`,
    '--width': `${100 * Math.abs(to - from)}%`,
    '--zero': `${100 * props.zero}%`,
    '--end': `${100 * to}%`,
  }
  return (
    <span className={styles.track} style={style} aria-hidden="true">
      <span className={styles.bar} data-kind={props.kind} />
    </span>
  )
}
