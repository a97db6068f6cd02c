import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import { CrowdReceipt, ForgetCrowd } from './forget-crowd.tsx'
import styles from './learning-card.module.css'
import { LATEST_MAX, type Seen, sawLikedMost } from './sitting.ts'
import { type Crowd, paces } from './use-crowd.ts'
import { clicksInWords, verdictOf } from './verdict.ts'

/** "Is it learning?", answered in a sentence and in a picture, and the moves that let people come by. */
export function LearningCard({ crowd }: { readonly crowd: Crowd }): ReactElement {
  const { sitting, pace } = crowd
  const { answer, sentence } = verdictOf(sitting, crowd.before ?? 0)
  const isKnown = crowd.before !== null || sitting.people > 0
  return (
    <section className={styles.card} aria-labelledby="learning" data-answer={answer}>
      <div className={styles.answer}>
        <h2 id="learning">Is it learning?</h2>
        <p className={styles.sentence}>{isKnown ? sentence : ''}</p>
      </div>
      <LatestPeople latest={sitting.latest} />
      <div className={styles.rest}>
        <p>{answer === 'nobody' ? '' : clicksInWords(sitting.latest)}</p>
        <Moves crowd={crowd} />
        <Earlier crowd={crowd} />
      </div>
      <p className="announcer" role="status">
        {pace === null && answer !== 'nobody' ? sentence : ''}
      </p>
    </section>
  )
}

/** One dot for each of the latest people, full where they saw what they like most. */
function LatestPeople({ latest }: { readonly latest: readonly Seen[] }): ReactElement {
  const empty = Array.from({ length: LATEST_MAX - latest.length }, (_, at) => latest.length + at)
  return (
    <figure className={styles.figure}>
      <div className={styles.dots} aria-hidden="true">
        {latest.map((seen) => (
          <span key={seen.decision} data-liked={sawLikedMost(seen) || undefined} />
        ))}
        {empty.map((place) => (
          <span key={place} data-empty />
        ))}
      </div>
      <figcaption>
        <span className={styles.key} data-liked>
          saw the banner they like most
        </span>
        <span className={styles.key}>saw another one</span>
      </figcaption>
    </figure>
  )
}

function Moves({ crowd }: { readonly crowd: Crowd }): ReactElement {
  const { pace, before, start, stop } = crowd
  const isUnready = before === null || crowd.isForgetting
  return (
    <div className={styles.moves}>
      <Button
        size="md"
        disabled={isUnready}
        onClick={() => (pace === 'many' ? stop() : start('many'))}
      >
        {pace === 'many' ? 'Stop' : `Let ${paces.many.people} people come by`}
      </Button>
      <Button
        size="md"
        variant="default"
        disabled={isUnready}
        onClick={() => (pace === 'gentle' ? stop() : start('gentle'))}
      >
        {pace === 'gentle' ? 'Enough for now' : 'One by one'}
      </Button>
      <ForgetCrowd crowd={crowd} />
    </div>
  )
}

/** What happened before, or the receipt of its end. */
function Earlier({ crowd }: { readonly crowd: Crowd }): ReactElement | null {
  const { receipt, before, sitting } = crowd
  if (receipt !== null) return <CrowdReceipt receipt={receipt} />
  if (before === null || before === 0) return null
  return (
    <p className={styles.earlier}>
      {before.toLocaleString('en')} {before === 1 ? 'person' : 'people'} came by before this page
      was opened; what was learned from them{' '}
      {sitting.people === 0 ? 'is still there' : 'counts too'}.
    </p>
  )
}
