import type { Choice } from '@adsum/protocol'
import { Skeleton } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import { Why } from '../why/why.tsx'
import { changesSince } from './changes.ts'
import { FilmCard } from './film-card.tsx'
import { factsOf, tagsOf } from './item-facts.ts'
import styles from './shelf.module.css'
import { useKeptPlace } from './use-kept-place.ts'
import type { ShelfView } from './use-shelf.ts'

const PLACES = [1, 2, 3, 4, 5, 6]

/** Films in order, best first, each with its reasons at hand. */
export function Shelf(props: {
  /** `undefined` while the first answer is on its way. */
  readonly view: ShelfView | undefined
  readonly user: string
  /** Whose shelf it is, as it is said in sentences. */
  readonly name: string
  /** The shelf that this one is compared with, if any. */
  readonly before: readonly string[] | null
  readonly watching: string | null
  readonly onWatch?: ((choice: Choice) => void) | undefined
}): ReactElement {
  const [asked, setAsked] = useState<Choice | null>(null)
  const { list, keepPlace } = useKeptPlace(props.view?.decision.id)
  if (props.view === undefined) return <EmptyPlaces />
  const { decision, items } = props.view
  if (decision.choices.length === 0) {
    return <p className={styles.nothing}>There is nothing left to suggest.</p>
  }
  const changes = changesSince(
    props.before,
    decision.choices.map(({ item }) => item),
  )
  const { onWatch } = props
  return (
    <>
      <ol className={styles.shelf} ref={list}>
        {decision.choices.map((choice, at) => (
          <FilmCard
            key={choice.item}
            choice={choice}
            place={at + 1}
            genres={tagsOf(items.get(choice.item))}
            facts={factsOf(items.get(choice.item))}
            change={changes[at] ?? null}
            moves={`film-${props.user}-${choice.item}`}
            watching={props.watching === choice.item}
            onWhy={() => setAsked(choice)}
            onWatch={
              onWatch === undefined
                ? undefined
                : () => {
                    keepPlace(at)
                    onWatch(choice)
                  }
            }
          />
        ))}
      </ol>
      <Why
        choice={asked}
        name={props.name}
        level={decision.personalization}
        onClose={() => setAsked(null)}
      />
    </>
  )
}

function EmptyPlaces(): ReactElement {
  return (
    <ol className={styles.shelf} aria-busy="true" aria-label="The shelf is being fetched">
      {PLACES.map((place) => (
        <li key={place}>
          <Skeleton className={styles.blank} radius={10} />
          <Skeleton height={12} width="70%" mt={10} />
          <Skeleton height={22} width="50%" mt={10} />
        </li>
      ))}
    </ol>
  )
}
