import { AdsumError } from '@adsum/protocol'
import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
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

/** The sentence of an error, of a job's failure (which has a message too), or of anything else thrown. */
function sentenceOf(fault: unknown): string {
  if (fault instanceof AdsumError && fault.code === 'server_unreachable') {
    return 'The server does not answer. It is started with "npm start"; this page goes on by itself when it is back.'
  }
  if (typeof fault === 'object' && fault !== null && 'message' in fault)
    return String(fault.message)
  return String(fault)
}
