import { ANY_BANNER_SHARE, banners } from '@adsum/cinema/banner'
import type { AppView, Choice, StoredDecision } from '@adsum/protocol'
import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactElement, useState } from 'react'
import { clientOf } from '../api.ts'
import { Notice } from '../notice.tsx'
import { SumChart } from '../why/sum-chart.tsx'
import { Bar } from './bar.tsx'
import { kindInWords, reasonInWords } from './kinds.ts'
import type { Seen } from './sitting.ts'
import { inHundred } from './verdict.ts'
import styles from './why-banner.module.css'

/** Why somebody was shown a banner, in a dialog: what spoke for it, and what chance every banner had. */
export function WhyBanner(props: {
  readonly app: AppView
  /** `null` while nobody asks. */
  readonly seen: Seen | null
  readonly onClose: () => void
}): ReactElement {
  // The last one stays in view while the dialog closes.
  const [shown, setShown] = useState(props.seen)
  if (props.seen !== null && props.seen !== shown) setShown(props.seen)
  const title = banners[shown?.shown ?? -1]?.title ?? ''
  return (
    <Modal
      opened={props.seen !== null}
      onClose={props.onClose}
      size="lg"
      title={`Why ${title}?`}
      classNames={{ title: styles.title }}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {shown === null ? null : <Reasons app={props.app} seen={shown} />}
    </Modal>
  )
}

function Reasons({ app, seen }: { readonly app: AppView; readonly seen: Seen }): ReactElement {
  const stored = useQuery({
    queryKey: ['decision', app.name, seen.decision],
    queryFn: () => clientOf(app.name).readDecision(seen.decision),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { who, when } = kindInWords(seen.kind)
  const choice = stored.data?.choices[0]
  return (
    <div className={styles.why}>
      <p className={styles.lead}>
        {who} came by {when}. This is the decision as the server keeps it.
      </p>
      {stored.isError ? <Notice fault={stored.error} onRetry={stored.refetch} /> : null}
      {stored.data === undefined || choice === undefined ? null : (
        <>
          {stored.data.model === null ? (
            <p>Nothing was known yet: every banner had the same chance.</p>
          ) : (
            <>
              <h3>What spoke for it</h3>
              <p className={styles.lead}>
                How many of 100 such people were expected to click, and what that is made of. The
                bars are laid end to end and add up to the total.
              </p>
              <SumChart choice={inPlainWords(choice)} />
            </>
          )}
          <Chances seen={seen} stored={stored.data} />
        </>
      )}
    </div>
  )
}

function Chances(props: { readonly seen: Seen; readonly stored: StoredDecision }): ReactElement {
  const { seen, stored } = props
  const expected = banners.map(({ title }) => expectedOf(stored, title))
  const chance = seen.chances[seen.shown] ?? 0
  const toFindOut = ANY_BANNER_SHARE / banners.length
  return (
    <>
      <h3>What chance each banner had</h3>
      <ul className={styles.options}>
        {banners.map(({ title }, at) => (
          <li key={title} data-shown={seen.shown === at || undefined}>
            <span>{title}</span>
            <Bar share={seen.chances[at] ?? 0} />
            <span className={styles.number}>{inHundred(seen.chances[at] ?? 0)} in 100</span>
          </li>
        ))}
      </ul>
      {stored.model === null ? null : (
        <>
          <p className={styles.lead}>{preferred(expected, seen.shown)}</p>
          <dl className={styles.sum}>
            <dt>Because of what is known so far</dt>
            <dd>{inTenths(Math.max(0, chance - toFindOut))}</dd>
            <dt>Only to find out more</dt>
            <dd>{inTenths(toFindOut)}</dd>
            <dt>People of 100 who would have been shown {banners[seen.shown]?.title}</dt>
            <dd>{inTenths(chance)}</dd>
          </dl>
          <p className={styles.lead}>
            Of every 100 people {inHundred(ANY_BANNER_SHARE)} are shown any of the banners, so that
            none is written off too early.
          </p>
        </>
      )}
    </>
  )
}

/** Says where the banner was not the one that was expected to do best. */
function preferred(expected: readonly number[], shown: number): string {
  const best = expected.indexOf(Math.max(...expected))
  if (best === shown) return 'It was expected to be clicked most.'
  const clicks = (at: number) => `${inHundred(Math.max(0, expected[at] ?? 0))} in 100`
  return `${banners[best]?.title} was expected to be clicked more often (${clicks(best)} beside ${clicks(shown)}); this one was shown because what is known may be wrong.`
}

function expectedOf({ replay }: StoredDecision, title: string): number {
  const option = replay?.options.find(({ action }) => action === title)
  return replay === undefined || option === undefined ? 0 : option.score / replay.scale
}

function inPlainWords(choice: Choice): Choice {
  return {
    ...choice,
    reasons: choice.reasons.map((reason) => ({
      ...reason,
      text: reasonInWords(reason.feature, choice.title),
    })),
  }
}

/** 0.8725 as "87.3". */
function inTenths(share: number): string {
  return (100 * share).toFixed(1)
}
