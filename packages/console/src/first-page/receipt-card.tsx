import type { AppView, Receipt } from '@adsum/protocol'
import { Button, CopyButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react'
import { clientOf } from '../api.ts'
import styles from './receipt-card.module.css'

/** Milliseconds between two looks at a receipt whose model is still being rebuilt. */
const POLL_MS = 500

/** What was forgotten, and when, in words; follows the receipt until nothing is pending. */
export function ReceiptCard(props: {
  readonly app: AppView
  readonly name: string
  readonly issued: Receipt
}): ReactElement {
  const { app, name, issued } = props
  const { data: receipt } = useQuery({
    queryKey: ['receipt', app.name, issued.receipt],
    queryFn: () => clientOf(app.name).readReceipt(issued.receipt),
    initialData: issued,
    refetchInterval: ({ state }) =>
      (state.data ?? issued).model.status === 'pending' ? POLL_MS : false,
  })
  const done = receipt.model.status !== 'pending'
  const card = useRef<HTMLElement>(null)
  useEffect(() => card.current?.focus({ preventScroll: true }), [])
  return (
    <section
      ref={card}
      tabIndex={-1}
      className={styles.receipt}
      aria-label={`Receipt for forgetting ${name}`}
    >
      <h4>{name} is forgotten</h4>
      <ol role="status">
        <Step done>
          {counted(receipt.events, 'recorded event')} and {counted(receipt.decisions, 'answer')}{' '}
          given to {name} were deleted at {clockTime(receipt.statistics.at)}.
        </Step>
        <Step done>What was learned from them was taken out at the same moment.</Step>
        <Step done={done}>{rebuilding(receipt)}</Step>
      </ol>
      <p className={styles.number}>
        Receipt <code>{receipt.receipt}</code>
        <CopyButton value={JSON.stringify(receipt, null, 2)}>
          {({ copied, copy }) => (
            <Button size="compact-xs" variant="subtle" onClick={copy}>
              {copied ? 'Copied' : 'Copy it'}
            </Button>
          )}
        </CopyButton>
      </p>
    </section>
  )
}

function Step(props: { readonly done: boolean; readonly children: ReactNode }): ReactElement {
  return (
    <li data-done={props.done}>
      <span className="announcer">{props.done ? 'Done: ' : 'Under way: '}</span>
      {props.children}
    </li>
  )
}

function rebuilding({ model }: Receipt): string {
  switch (model.status) {
    case 'pending':
      return 'The shared model is being rebuilt without you …'
    case 'replaced':
      return `Done at ${clockTime(model.at)}: the shared model was rebuilt without you, and the old one destroyed.`
    case 'never-contained':
      return 'Done: the shared model never contained you.'
  }
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
}

/** Hours, minutes and seconds where the reader is. */
function clockTime(iso: string | null): string {
  return iso === null ? 'once' : new Date(iso).toLocaleTimeString('en', { hour12: false })
}
