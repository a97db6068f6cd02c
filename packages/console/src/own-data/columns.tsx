import type { FileView } from '@adsum/protocol'
import { NativeSelect } from '@mantine/core'
import type { ReactElement } from 'react'
import styles from './columns.module.css'
import { type Role, type Roles, roleTitles } from './roles.ts'

/** Values shown of a column. */
const EXAMPLES_SHOWN = 2

const options = Object.entries(roleTitles).map(([value, label]) => ({ value, label }))

/** What the columns of a file were taken for, and why; each can be put right. */
export function Columns(props: {
  readonly file: FileView
  readonly roles: Roles
  readonly onRole: (column: string, role: Role) => void
}): ReactElement {
  const { file, roles, onRole } = props
  return (
    <section aria-labelledby="columns-title">
      <h3 id="columns-title" className={styles.title}>
        How {file.name} was understood
      </h3>
      <ul className={styles.columns}>
        {file.columns.map(({ name, role, examples, reason }) => {
          const now = roles.get(name) ?? 'ignored'
          return (
            <li key={name} className={styles.column} data-used={now !== 'ignored'}>
              <NativeSelect
                label={name}
                data={options}
                value={now}
                onChange={(change) => onRole(name, change.currentTarget.value as Role)}
              />
              <p className={styles.examples}>{examples.slice(0, EXAMPLES_SHOWN).join(', ')}</p>
              <p className={styles.reason}>{now === role ? reason : 'chosen by you'}</p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
