import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import { Refusal } from './api.ts'
import styles from './notice.module.css'

/** What went wrong, in the server's own sentence, and what one can do about it. */
export function Notice(props: {
  readonly fault: unknown
  readonly onRetry?: (() => unknown) | undefined
}): ReactElement {
  const { onRetry } = props
  return (
    <div className={styles.notice} role="alert">
      <p>{sentenceOf(props.fault)}</p>
      {onRetry === undefined ? null : (
        <Button size="compact-sm" variant="default" onClick={() => onRetry()}>
          Try again
        </Button>
      )}
    </div>
  )
}

function sentenceOf(fault: unknown): string {
  if (fault instanceof Refusal && fault.code === 'unreachable') {
    return 'The server does not answer. It is started with "npm start"; this page goes on by itself when it is back.'
  }
  return fault instanceof Error ? fault.message : String(fault)
}
