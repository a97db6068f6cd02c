import type { AppView, Receipt } from '@adsum/protocol'
import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { clientOf } from '../api.ts'
import { Notice } from '../notice.tsx'
import styles from './forget-person.module.css'

/** The move "forget me": asks once, then forgets. */
export function ForgetPerson(props: {
  readonly app: AppView
  readonly person: AppView['people'][number]
  readonly onForgotten: (receipt: Receipt) => void
}): ReactElement {
  const { app, person, onForgotten } = props
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const forget = useMutation({
    mutationFn: () => clientOf(app.name).eraseUser(person.id),
    onSuccess: async (receipt) => {
      onForgotten(receipt)
      setAsking(false)
      await queries.invalidateQueries()
    },
  })
  return (
    <>
      <Button
        className={styles.open}
        size="compact-sm"
        variant="default"
        onClick={() => setAsking(true)}
        aria-haspopup="dialog"
        aria-label={`Forget me: ${person.name}`}
      >
        Forget me
      </Button>
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        // Afterwards the receipt takes the focus; the button is gone.
        returnFocus={!forget.isSuccess}
        title={`Forget ${person.name}?`}
        classNames={{ title: styles.title }}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p className={styles.text}>
          Everything recorded about {person.name} is deleted, and what was learned from it is taken
          out of what serves everyone else. This cannot be undone.
        </p>
        {forget.isError ? <Notice fault={forget.error} /> : null}
        <div className={styles.moves}>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep
          </Button>
          <Button
            className={styles.sure}
            loading={forget.isPending}
            onClick={() => forget.mutate()}
          >
            Forget {person.name}
          </Button>
        </div>
      </Modal>
    </>
  )
}
