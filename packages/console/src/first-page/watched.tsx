import type { AppView } from '@adsum/protocol'
import { type ReactElement, ViewTransition } from 'react'
import { Cover } from '../shelf/covers/cover.tsx'
import { tagsOf } from '../shelf/item-facts.ts'
import { type ShelfView, WATCHED_SHOWN } from '../shelf/use-shelf.ts'
import styles from './watched.module.css'

/** What somebody watched last, newest first. */
export function Watched(props: {
  readonly app: AppView
  readonly user: string
  readonly view: ShelfView | undefined
  /** Whether it has a say in the shelf. */
  readonly counts: boolean
}): ReactElement | null {
  const { app, user, view, counts } = props
  if (view === undefined) return <div className={styles.blank} />
  const { history, items, decision } = view
  if (history === null) return null
  const shown = new Map(history.latest.map((event) => [event.item ?? event.id, event]))
  const shelf = new Set(decision.choices.map(({ item }) => item))
  return (
    <section
      className={styles.watched}
      data-idle={!counts || undefined}
      aria-label="Recently watched"
    >
      <h4>
        Recently watched{' '}
        <span>
          {history.events.toLocaleString('en')} in all{counts ? '' : '; not looked at now'}
        </span>
      </h4>
      <ol>
        {[...shown].slice(0, WATCHED_SHOWN).map(([item, { title }]) => {
          // A film that is on the shelf too moves there; the key makes its place here a new one.
          const moves = shelf.has(item) ? 'auto' : `film-${app.name}-${user}-${item}`
          return (
            <li key={item} title={title ?? item}>
              <ViewTransition key={moves} name={moves}>
                <div>
                  <Cover small title={title ?? item} genres={tagsOf(items.get(item))} />
                </div>
              </ViewTransition>
              <span>{title ?? item}</span>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
