import type { ReactElement } from 'react'
import styles from './opening.module.css'

/** The one sentence that says what this is. */
export function Opening(props: {
  /** Whether the people below are examples. */
  readonly invented: boolean
}): ReactElement {
  return (
    <section className={styles.opening}>
      <h1>
        Adsum gives every person their own shelf, says why in numbers that add up, and forgets them
        completely when they ask.
      </h1>
      <p>
        It runs on this machine and sends nothing anywhere.
        {props.invented
          ? ' The two people and the films below are invented; everything that happens when you press a button is real.'
          : ''}
      </p>
    </section>
  )
}
