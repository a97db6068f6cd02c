import type { AppView, Choice, PersonalizationLevel, Receipt } from '@adsum/protocol'
import { type ReactElement, useDeferredValue, useState } from 'react'
import { Notice } from '../notice.tsx'
import { Shelf } from '../shelf/shelf.tsx'
import { useShelf } from '../shelf/use-shelf.ts'
import { ForgetPerson } from './forget-person.tsx'
import styles from './person-panel.module.css'
import { ReceiptCard } from './receipt-card.tsx'
import { StrangerProof } from './stranger-proof.tsx'
import { useWatch } from './use-watch.ts'
import { Watched } from './watched.tsx'

/** One person: who they are, what they watched, and the shelf that follows from it. */
export function PersonPanel(props: {
  readonly app: AppView
  readonly person: AppView['people'][number]
  readonly personalization: PersonalizationLevel
}): ReactElement {
  const { app, person, personalization } = props
  const question = { app, user: person.id, personalization }
  const shelf = useShelf(question)
  // Deferred, so that React carries covers from their old place to the new one.
  const view = useDeferredValue(shelf.data)
  const { watch, watching, before, said, fault } = useWatch(question, person.name)
  const [receipt, setReceipt] = useState<Receipt | null>(null)
  const nobody = view !== undefined && view.history === null
  return (
    <article className={styles.panel} aria-labelledby={`person-${person.id}`}>
      <header className={styles.head}>
        <span className={styles.portrait} aria-hidden="true">
          {person.name.slice(0, 1)}
        </span>
        <div className={styles.who}>
          <h3 id={`person-${person.id}`}>{person.name}</h3>
          <p>{nobody ? 'Nothing is known about this person.' : person.about}</p>
        </div>
        {nobody ? null : <ForgetPerson app={app} person={person} onForgotten={setReceipt} />}
      </header>
      {receipt === null ? null : <ReceiptCard app={app} name={person.name} issued={receipt} />}
      <Watched app={app} user={person.id} view={view} counts={view?.asked !== 'everyone'} />
      <div className={styles.shelfHead}>
        <h4>{titleOf(person.name, view?.asked ?? personalization, nobody)}</h4>
        <p className={styles.said} role="status">
          {said}
        </p>
      </div>
      {nobody && receipt !== null ? <StrangerProof app={app} view={view} /> : null}
      {fault === null ? null : <Notice fault={fault} />}
      {shelf.isError ? <Notice fault={shelf.error} onRetry={shelf.refetch} /> : null}
      {shelf.isError && view === undefined ? null : (
        <Shelf
          view={view}
          user={`${app.name}-${person.id}`}
          name={person.name}
          before={before}
          watching={watching}
          onWatch={(choice: Choice) => watch(choice)}
        />
      )}
    </article>
  )
}

function titleOf(name: string, level: PersonalizationLevel, nobody: boolean): string {
  if (level === 'everyone') return 'The shelf that everyone gets'
  return nobody ? 'The shelf of a stranger' : `${name}’s shelf`
}
