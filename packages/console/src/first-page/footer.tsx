import type { AppView } from '@adsum/protocol'
import type { ReactElement } from 'react'
import styles from './footer.module.css'
import { standingInWords } from './standing.ts'

/** How things stand, and where to read on. */
export function Footer(props: {
  readonly app: AppView | null
  /** When `app` was fetched, milliseconds since 1970. */
  readonly now: number
  readonly unreachable: boolean
}): ReactElement {
  const { app, now, unreachable } = props
  return (
    <footer className={styles.footer}>
      <p className={styles.standing} data-unreachable={unreachable || undefined}>
        {unreachable
          ? 'The server does not answer.'
          : app === null
            ? ''
            : standingInWords(app, now)}
      </p>
      <nav aria-label="Documentation">
        <a href="/openapi.json">The interface (OpenAPI)</a>
        <a href="/healthz">Health</a>
      </nav>
    </footer>
  )
}
