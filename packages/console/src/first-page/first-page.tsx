import type { AppView } from '@adsum/protocol'
import type { ReactElement } from 'react'
import { BannerLink } from '../banner/banner-link.tsx'
import { Notice } from '../notice.tsx'
import { OwnData } from '../own-data/own-data.tsx'
import styles from './first-page.module.css'
import { Footer } from './footer.tsx'
import { Header } from './header.tsx'
import { NoApp } from './no-app.tsx'
import { Opening } from './opening.tsx'
import { PeopleSection } from './people-section.tsx'
import { SnippetSection } from './snippet-section.tsx'
import { useApps, useFreshShelves } from './use-apps.ts'

/** The first page: two people and their shelves, then the visitor's own data, then the way to use it. */
export function FirstPage(props: {
  /** The app named in the address; `null` where none is. */
  readonly wanted: string | null
}): ReactElement {
  const apps = useApps()
  const app = apps.data === undefined ? null : choose(apps.data, props.wanted)
  useFreshShelves(app)
  return (
    <>
      <a className={styles.skip} href="#shelves">
        Skip to the shelves
      </a>
      <Header isFirstPage />
      <main className={styles.main}>
        <Opening invented={app !== null && app.people.length > 0} />
        <div id="shelves" tabIndex={-1} className={styles.shelves}>
          {apps.isError ? <Notice fault={apps.error} onRetry={apps.refetch} /> : null}
          {app === null ? null : <PeopleSection key={app.name} app={app} />}
          {app === null && apps.data !== undefined ? (
            <NoApp apps={apps.data} wanted={props.wanted} />
          ) : null}
        </div>
        {app === null ? null : <BannerLink app={app} />}
        <OwnData />
        <SnippetSection app={app} />
      </main>
      <Footer app={app} now={apps.dataUpdatedAt} unreachable={apps.isError} />
    </>
  )
}

/** The app that the address names; without a name the first with people to show, or the first. */
function choose(apps: readonly AppView[], wanted: string | null): AppView | null {
  if (wanted !== null) return apps.find(({ name }) => name === wanted) ?? null
  return apps.find(({ people }) => people.length > 0) ?? apps[0] ?? null
}
