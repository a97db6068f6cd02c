import type { FileView } from '@adsum/protocol'
import { useMutation } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { server } from '../api.ts'
import { Notice } from '../notice.tsx'
import { Columns } from './columns.tsx'
import { FileDrop } from './file-drop.tsx'
import styles from './own-data.module.css'
import { mappingOf, type Roles, rolesOf, withRole } from './roles.ts'
import { RowProblems } from './row-problems.tsx'
import { TryApp } from './try-app.tsx'
import { Worth } from './worth.tsx'

/** Where a problem of the columns themselves is said to lie. */
const COLUMNS = '(columns)'

/** "Use your own data": from a file to a verdict, and to shelves for one's own people. */
export function OwnData(): ReactElement {
  const [roles, setRoles] = useState<Roles>(new Map())
  const upload = useMutation({
    mutationFn: (file: File) => server.uploadFile(file.name, file),
    onSuccess: (file) => setRoles(rolesOf(file)),
  })
  const file = upload.data
  return (
    <section id="own-data" className={styles.section} aria-labelledby="own-data-title">
      <h2 id="own-data-title">Use your own data</h2>
      <p className={styles.lead}>
        A CSV or JSON Lines file with one line per choice: who, what, and if you have it, when. It
        stays on this machine.
      </p>
      <FileDrop busy={upload.isPending} onFile={(chosen) => upload.mutate(chosen)} />
      {upload.isError ? <Notice fault={upload.error} /> : null}
      {file === undefined ? null : (
        <Understood
          key={file.file}
          file={file}
          roles={roles}
          onRole={(column, role) => setRoles(withRole(roles, column, role))}
        />
      )}
    </section>
  )
}

function Understood(props: {
  readonly file: FileView
  readonly roles: Roles
  readonly onRole: (column: string, role: ReturnType<Roles['get']> & string) => void
}): ReactElement {
  const { file, roles, onRole } = props
  const mapping = mappingOf(roles)
  const unclear = file.problems.find(({ column }) => column === COLUMNS)
  return (
    <div className={styles.steps}>
      <Columns file={file} roles={roles} onRole={onRole} />
      <RowProblems problems={file.problems.filter(({ column }) => column !== COLUMNS)} />
      {mapping === null ? (
        <p className={styles.missing} role="status">
          {unclear === undefined ? '' : `The columns are not clear: ${unclear.found}. `}
          Say above which column names the person and which one what was chosen.
        </p>
      ) : (
        <>
          <Worth file={file} mapping={mapping} />
          <TryApp file={file} mapping={mapping} />
        </>
      )}
    </div>
  )
}
