import type { Choice, PersonalizationLevel } from '@adsum/protocol'
import { Modal } from '@mantine/core'
import { type ReactElement, useState } from 'react'
import { SumChart } from './sum-chart.tsx'
import styles from './why.module.css'

/** The reasons of one choice, in a dialog. */
export function Why(props: {
  /** `null` while nobody asks. */
  readonly choice: Choice | null
  readonly name: string
  readonly level: PersonalizationLevel
  readonly onClose: () => void
}): ReactElement {
  // The last choice stays in view while the dialog closes.
  const [shown, setShown] = useState(props.choice)
  if (props.choice !== null && props.choice !== shown) setShown(props.choice)
  return (
    <Modal
      opened={props.choice !== null}
      onClose={props.onClose}
      size="lg"
      title={`Why ${shown?.title ?? ''}?`}
      classNames={{ title: styles.title }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {shown === null ? null : (
        <>
          <p className={styles.lead}>{leadFor(props.level, props.name)}</p>
          <SumChart choice={shown} />
          <details className={styles.exact}>
            <summary>The exact sum</summary>
            <p>{exactSum(shown)}</p>
            <p>
              These whole numbers are what the order of the shelf is made of; {shown.scale} of them
              are 100 points.
            </p>
          </details>
        </>
      )}
    </Modal>
  )
}

function leadFor(level: PersonalizationLevel, name: string): string {
  if (level === 'everyone') {
    return 'This is the same for everyone: nothing that anyone did in particular counts here.'
  }
  return `Everything that counts for ${name}, in points. The bars are laid end to end and add up to the total; nothing else decides the order.`
}

function exactSum({ reasons, score }: Choice): string {
  const shares = reasons.map(({ share }, at) => {
    const size = Math.abs(share).toLocaleString('en')
    if (at === 0) return share < 0 ? `\u2212${size}` : size
    return share < 0 ? `\u2212 ${size}` : `+ ${size}`
  })
  return `${shares.join(' ')} = ${score.toLocaleString('en').replace('-', '\u2212')}`
}
