import type { Receipt } from '@adsum/protocol'
import { Button, Modal } from '@mantine/core'
import { type ReactElement, useEffect, useRef, useState } from 'react'
import styles from './forget-crowd.module.css'
import type { Crowd } from './use-crowd.ts'

/** The move "forget all of it": asks once, then erases the crowd as one person is erased. */
export function ForgetCrowd({ crowd }: { readonly crowd: Crowd }): ReactElement {
  const [asking, setAsking] = useState(false)
  const isNobody = (crowd.before ?? 0) + crowd.sitting.people === 0
  return (
    <>
      <Button
        size="md"
        variant="subtle"
        disabled={isNobody}
        loading={crowd.isForgetting}
        aria-haspopup="dialog"
        onClick={() => setAsking(true)}
      >
        Forget all of it
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title="Forget all of it?"
        classNames={{ title: styles.title }}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p className={styles.text}>
          Everything recorded about the people who came by is deleted, and what was learned from
          them is taken out. This cannot be undone; the same people will come by again.
        </p>
        <div className={styles.moves}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button
            className={styles.sure}
            onClick={() => {
              setAsking(false)
              crowd.forget()
            }}
          >
            Forget them
          </Button>
        </div>
      </Modal>
    </>
  )
}

/** What was forgotten. The move itself cannot be made again at once, so the focus comes here. */
export function CrowdReceipt({ receipt }: { readonly receipt: Receipt }): ReactElement {
  const card = useRef<HTMLParagraphElement>(null)
  useEffect(() => card.current?.focus({ preventScroll: true }), [])
  return (
    <p ref={card} tabIndex={-1} className={styles.receipt}>
      Forgotten: {receipt.decisions.toLocaleString('en')} people who came by, and all that was
      learned from them. Receipt <code>{receipt.receipt}</code>
    </p>
  )
}
