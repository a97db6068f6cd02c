import type { AppView, Decision } from '@adsum/protocol'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { clientOf } from '../api.ts'
import type { ShelfView } from '../shelf/use-shelf.ts'
import styles from './stranger-proof.module.css'

/** Fetches the shelf of somebody without a name, compares it, and says so only if the two are equal. */
export function StrangerProof(props: {
  readonly app: AppView
  readonly view: ShelfView
}): ReactElement | null {
  const { app, view } = props
  const { surface, choices, model } = view.decision
  const stranger = useQuery({
    queryKey: ['shelf', app.name, null, surface, model],
    queryFn: () => clientOf(app.name).decide({ surface, limit: choices.length }),
  })
  if (stranger.data === undefined || !sameShelf(stranger.data, view.decision)) return null
  return (
    <p className={styles.proof} role="status">
      Compared just now: film by film and point by point, this is the shelf of somebody who was
      never here.
    </p>
  )
}

function sameShelf(a: Decision, b: Decision): boolean {
  const points = ({ choices }: Decision) =>
    JSON.stringify(choices.map(({ item, score, scale, reasons }) => [item, score, scale, reasons]))
  return points(a) === points(b)
}
