import type { AppView } from '@adsum/protocol'
import { Button, TextInput } from '@mantine/core'
import { type ReactElement, useDeferredValue, useState } from 'react'
import { Notice } from '../notice.tsx'
import styles from './any-person.module.css'
import { Shelf } from './shelf.tsx'
import { useShelf } from './use-shelf.ts'

/** Lets one pick or type one of an app's people, and shows their shelf. */
export function AnyPerson(props: {
  readonly app: AppView
  /** People to pick from. */
  readonly examples: readonly string[]
}): ReactElement {
  const { app, examples } = props
  const [typed, setTyped] = useState('')
  const [user, setUser] = useState<string | null>(examples[0] ?? null)
  return (
    <div className={styles.person}>
      {examples.length === 0 ? null : (
        <fieldset className={styles.examples}>
          <legend>Some of them</legend>
          {examples.map((example) => (
            <Button
              key={example}
              size="compact-sm"
              variant={example === user ? 'filled' : 'default'}
              aria-pressed={example === user}
              onClick={() => setUser(example)}
            >
              {example}
            </Button>
          ))}
        </fieldset>
      )}
      <form
        className={styles.form}
        onSubmit={(submit) => {
          submit.preventDefault()
          if (typed.trim() !== '') setUser(typed.trim())
        }}
      >
        <TextInput
          label="Whose shelf?"
          placeholder="an identifier from your data"
          value={typed}
          onChange={(change) => setTyped(change.currentTarget.value)}
        />
        <Button type="submit" variant="default">
          Show
        </Button>
      </form>
      {user === null ? null : <ShelfOf key={`${app.name} ${user}`} app={app} user={user} />}
    </div>
  )
}

function ShelfOf({ app, user }: { readonly app: AppView; readonly user: string }): ReactElement {
  const shelf = useShelf({ app, user, personalization: 'history' })
  const view = useDeferredValue(shelf.data)
  if (shelf.isError) return <Notice fault={shelf.error} onRetry={shelf.refetch} />
  const known = view?.history ?? null
  const events = known?.events.toLocaleString('en')
  return (
    <section className={styles.shelf} aria-label={`Shelf of ${user}`}>
      <p role="status">
        {view === undefined
          ? ''
          : known === null
            ? `Nothing is recorded for “${user}”: this is what a stranger sees.`
            : `${user}: ${events} events on record.`}
      </p>
      <Shelf view={view} user={`${app.name}-${user}`} name={user} before={null} watching={null} />
    </section>
  )
}
