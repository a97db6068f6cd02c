import type { FileView, Mapping } from '@adsum/protocol'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { server } from '../api.ts'
import { Notice } from '../notice.tsx'
import { JobProgress } from './job-progress.tsx'
import { useJob } from './use-job.ts'
import { VerdictCard } from './verdict-card.tsx'
import styles from './worth.module.css'

/** "Is it worth it?": finds out on the data themselves. */
export function Worth(props: { readonly file: FileView; readonly mapping: Mapping }): ReactElement {
  const { file, mapping } = props
  const start = useMutation({ mutationFn: () => server.judgeFile(file.file, { mapping }) })
  const job = useJob(start.data)
  const running = start.isPending || (start.data !== undefined && job.data?.state === 'running')
  const fault = start.error ?? job.error ?? job.data?.error ?? null
  return (
    <section className={styles.worth} aria-labelledby="worth-title">
      <h3 id="worth-title">Is it worth it?</h3>
      <p>
        Part of the file is put aside; shelves made from the rest are compared with what people then
        really chose, and with simple published ways of making such lists.
      </p>
      <Button onClick={() => start.mutate()} disabled={running}>
        Find out
      </Button>
      <p className="announcer" role="status">
        {running ? '' : job.data?.verdict?.sentence}
      </p>
      {running ? <JobProgress job={job.data} label="Finding out" /> : null}
      {fault === null || running ? null : <Notice fault={fault} />}
      {job.data?.verdict === undefined ? null : <VerdictCard verdict={job.data.verdict} />}
    </section>
  )
}
