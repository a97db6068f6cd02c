import type { Choice } from '@adsum/protocol'
import { Button } from '@mantine/core'
import { type ReactElement, ViewTransition } from 'react'
import { type Change, changeInWords } from './changes.ts'
import { Cover } from './covers/cover.tsx'
import styles from './film-card.module.css'

export interface FilmCardProps {
  readonly choice: Choice
  /** Place on the shelf, from 1. */
  readonly place: number
  readonly genres: readonly string[]
  readonly facts: string
  readonly change: Change
  /** Name under which the cover moves between shelf and history. */
  readonly moves: string
  readonly onWhy: () => void
  /** Missing where nothing can be recorded from here. */
  readonly onWatch?: (() => void) | undefined
  /** Being recorded. */
  readonly watching: boolean
}

/** One film on a shelf with what one can do about it. */
export function FilmCard(props: FilmCardProps): ReactElement {
  const { title } = props.choice
  return (
    <li className={styles.card} data-watching={props.watching || undefined}>
      <ViewTransition name={props.moves}>
        <div className={styles.picture}>
          <Cover title={title} genres={props.genres} />
          <span className={styles.place}>
            <span className="announcer">Place </span>
            {props.place}
          </span>
          {props.change === null ? null : (
            <span className={styles.change} data-direction={directionOf(props.change)}>
              {changeInWords(props.change)}
            </span>
          )}
        </div>
      </ViewTransition>
      {props.facts === '' ? null : <p className={styles.facts}>{props.facts}</p>}
      <div className={styles.moves}>
        {props.onWatch === undefined ? null : (
          <Button
            size="compact-sm"
            className={styles.watch}
            onClick={props.onWatch}
            loading={props.watching}
            aria-label={`Watch this: ${title}`}
          >
            Watch this
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={props.onWhy}
          aria-label={`Why? ${title}`}
          aria-haspopup="dialog"
        >
          Why?
        </Button>
      </div>
    </li>
  )
}

function directionOf(change: Change): 'new' | 'up' | 'down' {
  if (change === 'new' || change === null) return 'new'
  return change > 0 ? 'up' : 'down'
}
