import type { Job } from '@adsum/protocol'
import { Progress } from '@mantine/core'
import type { ReactElement } from 'react'
import styles from './job-progress.module.css'

/** How far work is, in words and as a bar. */
export function JobProgress(props: {
  readonly job: Job | undefined
  readonly label: string
}): ReactElement {
  const { job, label } = props
  const step = job?.step ?? 'beginning'
  const percent = Math.round(100 * (job?.progress ?? 0))
  return (
    <div className={styles.progress}>
      <p role="status">
        {step.charAt(0).toUpperCase()}
        {step.slice(1)} …
      </p>
      <Progress.Root size="lg" radius="xl">
        <Progress.Section value={Math.max(2, percent)} aria-label={label} animated />
      </Progress.Root>
    </div>
  )
}
