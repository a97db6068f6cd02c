import type { AppView, FileView, Job, Mapping } from '@adsum/protocol'
import { Button, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { server } from '../api.ts'
import { Notice } from '../notice.tsx'
import { AnyPerson } from '../shelf/any-person.tsx'
import { JobProgress } from './job-progress.tsx'
import { RowProblems } from './row-problems.tsx'
import { useJob } from './use-job.ts'
import styles from './worth.module.css'

/** Characters of an app's name. */
const NAME_LENGTH_MAX = 40

/** "Try it on my people": makes an app of the file and shows shelves for the people in it. */
export function TryApp(props: {
  readonly file: FileView
  readonly mapping: Mapping
}): ReactElement {
  const { file, mapping } = props
  const queries = useQueryClient()
  const [name, setName] = useState(nameFrom(file.name))
  const start = useMutation({
    mutationFn: () => server.makeApp(file.file, { name, mapping }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['apps'] }),
  })
  const job = useJob(start.data)
  const running = start.isPending || (start.data !== undefined && job.data?.state === 'running')
  const fault = start.error ?? job.error ?? job.data?.error ?? null
  const made = job.data?.app
  return (
    <section className={styles.worth} aria-labelledby="try-title">
      <h3 id="try-title">Try it on my people</h3>
      <p>Makes an app of the file, here on this machine, and shows shelves for the people in it.</p>
      {made === undefined ? (
        <form
          className={styles.form}
          onSubmit={(submit) => {
            submit.preventDefault()
            start.mutate()
          }}
        >
          <TextInput
            label="Name of the app"
            value={name}
            onChange={(change) => setName(change.currentTarget.value)}
            maxLength={NAME_LENGTH_MAX}
            pattern="[a-z][a-z0-9\-]{0,39}"
            title="lower-case letters, digits and hyphens, a letter first"
            required
            withAsterisk={false}
          />
          <Button type="submit" disabled={running}>
            Make the app
          </Button>
        </form>
      ) : null}
      {running ? <JobProgress job={job.data} label="Making the app" /> : null}
      {fault === null || running ? null : <Notice fault={fault} />}
      {made === undefined ? null : <MadeApp made={made} />}
    </section>
  )
}

function MadeApp({ made }: { readonly made: NonNullable<Job['app']> }): ReactElement {
  const apps = useQuery<readonly AppView[]>({
    queryKey: ['apps'],
    queryFn: () => server.listApps(),
  })
  const app = apps.data?.find(({ name }) => name === made.name)
  return (
    <>
      <p role="status">
        The app <a href={`/apps/${made.name}`}>{made.name}</a> was made of{' '}
        {made.rows.toLocaleString('en')} rows
        {made.refused > 0 ? `; ${made.refused.toLocaleString('en')} were left out` : ''}.
        {app !== undefined && app.model === null
          ? ' It is learning; until then it shows what is popular.'
          : ''}
      </p>
      <RowProblems problems={made.problems} />
      {app === undefined ? null : (
        // Begun anew once something has been learned, so that the shelf is the learned one.
        <AnyPerson
          key={app.model === null ? 'popular' : 'learned'}
          app={app}
          examples={made.exampleUsers}
        />
      )}
    </>
  )
}

/** A name for an app from the name of a file. */
function nameFrom(file: string): string {
  const plain = file
    .replace(/\.[^.]*$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
  return plain.slice(0, NAME_LENGTH_MAX) || 'my-app'
}
