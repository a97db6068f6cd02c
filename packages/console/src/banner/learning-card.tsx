import { Button } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import styles from './learning-card.module.css'
import { LATEST_MAX, type Seen, sawLikedMost } from './sitting.ts'
import { type Crowd, paces } from './use-crowd.ts'
import { clicksInWords, verdictOf } from './verdict.ts'

/** "Is it learning?", answered in a sentence and in a picture, and the moves that let people come by. */
export function LearningCard({ crowd }: { readonly crowd: Crowd }): ReactElement {
  const { sitting, pace } = crowd
  const { answer, sentence } = verdictOf(sitting)
  return (
    <section className={styles.card} aria-labelledby="learning" data-answer={answer}>
      <h2 id="learning">Is it learning?</h2>
      <p className={styles.sentence}>{sentence}</p>
      <LatestPeople latest={sitting.latest} />
      <p className={styles.clicks}>{answer === 'nobody' ? '' : clicksInWords(sitting.latest)}</p>
      <Moves crowd={crowd} />
      <Earlier crowd={crowd} />
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
        <span className={styles.key} data-liked /> saw the banner they like most{' '}
        <span className={styles.key} /> saw another one
      </figcaption>
    </figure>
  )
}

function Moves({ crowd }: { readonly crowd: Crowd }): ReactElement {
  const { pace, before, start, stop, sitting } = crowd
  const [asking, setAsking] = useState(false)
  const nobodyYet = (before ?? 0) + sitting.people === 0
  if (asking && !nobodyYet) {
    return (
      <div className={styles.moves}>
        <p className={styles.sure}>
          Everything that the crowd did is deleted, and what was learned from it is taken out.
        </p>
        <Button
          className={styles.forget}
          loading={crowd.isForgetting}
          onClick={() => {
            crowd.forget()
            setAsking(false)
          }}
        >
          Forget all of it
        </Button>
        <Button variant="default" onClick={() => setAsking(false)}>
          Keep
        </Button>
      </div>
    )
  }
  return (
    <div className={styles.moves}>
      <Button
        size="md"
        disabled={before === null || crowd.isForgetting}
        onClick={() => (pace === 'many' ? stop() : start('many'))}
      >
        {pace === 'many' ? 'Stop' : `Let ${paces.many.people} people come by`}
      </Button>
      <Button
        size="md"
        variant="default"
        aria-pressed={pace === 'gentle'}
        disabled={before === null || crowd.isForgetting}
        onClick={() => (pace === 'gentle' ? stop() : start('gentle'))}
      >
        {pace === 'gentle' ? 'Enough for now' : 'One by one'}
      </Button>
      <Button
        size="md"
        variant="subtle"
        disabled={nobodyYet}
        loading={crowd.isForgetting}
        onClick={() => setAsking(true)}
      >
        Forget all of it
      </Button>
    </div>
  )
}

/** What happened before, or the receipt of its end. */
function Earlier({ crowd }: { readonly crowd: Crowd }): ReactElement | null {
  const { receipt, before, sitting } = crowd
  if (receipt !== null) {
    return (
      <p className={styles.earlier} role="status">
        Forgotten: {receipt.decisions.toLocaleString('en')} people who came by, and all that was
        learned from them. The next one finds every banner equally likely. Receipt{' '}
        <code>{receipt.receipt}</code>
      </p>
    )
  }
  if (before === null || before === 0) return null
  return (
    <p className={styles.earlier}>
      {before.toLocaleString('en')} {before === 1 ? 'person' : 'people'} came by before this page
      was opened; what was learned from them{' '}
      {sitting.people === 0 ? 'is still there' : 'counts too'}.
    </p>
  )
}
