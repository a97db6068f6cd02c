import type { AppView } from '@adsum/protocol'
import { type ReactElement, useState } from 'react'
import { Footer } from '../first-page/footer.tsx'
import { Header } from '../first-page/header.tsx'
import { NoApp } from '../first-page/no-app.tsx'
import { useApps } from '../first-page/use-apps.ts'
import { Notice } from '../notice.tsx'
import { AtTheDoor } from './at-the-door.tsx'
import { hasBanner } from './banner-link.tsx'
import styles from './banner-page.module.css'
import { ChancesTable } from './chances-table.tsx'
import { LearningCard } from './learning-card.tsx'
import { MissedChart } from './missed-chart.tsx'
import type { Seen } from './sitting.ts'
import { useCrowd } from './use-crowd.ts'
import { WhyBanner } from './why-banner.tsx'

/** A banner that learns before one's eyes what an invented crowd likes. */
export function BannerPage({ wanted }: { readonly wanted: string }): ReactElement {
  const apps = useApps()
  const app = apps.data?.find(({ name }) => name === wanted) ?? null
  return (
    <>
      <Header />
      <main className={styles.main}>
        <p className={styles.back}>
          <a href={`/apps/${encodeURIComponent(wanted)}`}>Back to the shelves</a>
        </p>
        <h1>A banner that learns as people come by</h1>
        <p className={styles.lead}>
          The cinema has room for one banner, and there are four. For everybody who comes by, Adsum
          chooses one, sees whether they click, and chooses better for the next. The people are
          invented; what is decided and learned is real.
        </p>
        {apps.isError ? <Notice fault={apps.error} onRetry={apps.refetch} /> : null}
        {app === null && apps.data !== undefined ? (
          <NoApp apps={apps.data} wanted={wanted} />
        ) : null}
        {app === null ? null : hasBanner(app) ? (
          <Learning app={app} unreachable={apps.isError} />
        ) : (
          <NoBanner app={app} />
        )}
      </main>
      <Footer app={app} now={apps.dataUpdatedAt} unreachable={apps.isError} />
    </>
  )
}

function Learning(props: {
  readonly app: AppView
  /** Said already. */
  readonly unreachable: boolean
}): ReactElement {
  const { app, unreachable } = props
  const crowd = useCrowd(app)
  const [asked, setAsked] = useState<Seen | null>(null)
  return (
    <div className={styles.parts}>
      {crowd.fault === null || unreachable ? null : <Notice fault={crowd.fault} />}
      <LearningCard crowd={crowd} />
      <AtTheDoor seen={crowd.sitting.latest.at(-1)} onWhy={setAsked} />
      <ChancesTable sitting={crowd.sitting} />
      <MissedChart sitting={crowd.sitting} />
      <WhyBanner app={app} seen={asked} onClose={() => setAsked(null)} />
    </div>
  )
}

function NoBanner({ app }: { readonly app: AppView }): ReactElement {
  return (
    <p>
      {app.title} has no banner: it was made before there was one. A new data folder begins with one
      that has.
    </p>
  )
}
