import type { CSSProperties, ReactElement } from 'react'
import styles from './bar.module.css'

/** A share of 0 to 1 as a bar; whoever shows one says the number beside it. */
export function Bar({ share }: { readonly share: number }): ReactElement {
  const style: CSSProperties & Record<`--${string}`, string> = { '--share': `${100 * share}%` }
  return <span className={styles.bar} style={style} aria-hidden="true" />
}
