import { crowd } from '@adsum/cinema/banner'
import type { ReactElement } from 'react'
import styles from './people-picture.module.css'

interface Figure {
  readonly x: number
  /** Height of the whole figure; the feet stand at 40. */
  readonly size: number
}

const figures: Readonly<Record<string, readonly Figure[]>> = {
  children: [
    { x: 12, size: 30 },
    { x: 27, size: 18 },
    { x: 39, size: 21 },
    { x: 54, size: 32 },
  ],
  couple: [
    { x: 24, size: 32 },
    { x: 42, size: 30 },
  ],
  friends: [
    { x: 12, size: 29 },
    { x: 33, size: 32 },
    { x: 54, size: 30 },
  ],
}

/** Who comes by, and whether the sun or the moon stands over them. */
export function PeoplePicture({ kind }: { readonly kind: number }): ReactElement {
  const { company = '', hour = '' } = crowd.kinds[kind]?.features ?? {}
  return (
    <svg className={styles.people} data-hour={hour} viewBox="0 0 92 44" aria-hidden="true">
      {hour === 'evening' ? (
        <path className={styles.light} d="M83 13.5A7.5 7.5 0 1 1 76 3a6 6 0 0 0 7 10.5Z" />
      ) : (
        <circle className={styles.light} cx="77" cy="11" r="7" />
      )}
      {(figures[company] ?? []).map(({ x, size }) => (
        <g key={x} className={styles.figure}>
          <circle cx={x} cy={42 - size + size * 0.18} r={size * 0.18} />
          <path
            d={`M${x - size * 0.24} 42 V${42 - size * 0.36} a${size * 0.24} ${size * 0.24} 0 0 1 ${size * 0.48} 0 V42 Z`}
          />
        </g>
      ))}
    </svg>
  )
}
