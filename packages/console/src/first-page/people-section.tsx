import type { AppView } from '@adsum/protocol'
import { Switch } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import { AnyPerson } from '../shelf/any-person.tsx'
import styles from './people-section.module.css'
import { PersonPanel } from './person-panel.tsx'

/** The people of an app side by side, each with a shelf. */
export function PeopleSection({ app }: { readonly app: AppView }): ReactElement {
  const [everyone, setEveryone] = useState(false)
  const catalogue = `${app.items.toLocaleString('en')} ${app.people.length > 0 ? 'films' : 'items'}`
  if (app.people.length === 0) {
    return (
      <section aria-labelledby="people">
        <h2 id="people" className={styles.title} data-alone>
          {app.title}: {app.users.toLocaleString('en')} people, {catalogue}
        </h2>
        <AnyPerson app={app} examples={[]} />
      </section>
    )
  }
  return (
    <section aria-labelledby="people">
      <div className={styles.head}>
        <div>
          <h2 id="people" className={styles.title}>
            Two people, {catalogue}, two shelves
          </h2>
          <p className={styles.hint}>
            Watch something and see the shelf change. Ask why. Then forget somebody.
          </p>
        </div>
        <Switch
          classNames={{ description: styles.description, track: styles.track }}
          size="md"
          checked={everyone}
          onChange={(change) => setEveryone(change.currentTarget.checked)}
          label="Same for everyone"
          description={everyone ? 'Nobody’s past counts now' : 'Each person’s own past counts'}
        />
      </div>
      <Beginning app={app} />
      <div className={styles.panels}>
        {app.people.map((person) => (
          <PersonPanel
            key={person.id}
            app={app}
            person={person}
            personalization={everyone ? 'everyone' : 'history'}
          />
        ))}
      </div>
    </section>
  )
}

/** Says why the shelves are still alike, right after the first start. */
function Beginning({ app }: { readonly app: AppView }): ReactElement | null {
  if (app.model !== null) return null
  return (
    <p className={styles.beginning} role="status">
      Learning from {app.events.toLocaleString('en')} recorded events. For these few seconds the
      shelves show what is popular.
    </p>
  )
}
