import { banners } from '@adsum/cinema/banner'
import type { AppView } from '@adsum/protocol'
import type { ReactElement } from 'react'
import { Cover } from '../shelf/covers/cover.tsx'
import styles from './banner-link.module.css'
import { BANNER_SURFACE } from './crowd-walk.ts'

/** Whether an app chooses a banner. */
export function hasBanner({ surfaces }: AppView): boolean {
  return surfaces.some(({ name, verb }) => name === BANNER_SURFACE && verb === 'decide')
}

/** The way from the first page to the banner of an app; nothing where it has none. */
export function BannerLink({ app }: { readonly app: AppView }): ReactElement | null {
  if (!hasBanner(app)) return null
  return (
    <section className={styles.link} aria-labelledby="banner-link">
      <div className={styles.pictures} aria-hidden="true">
        {banners.map(({ title, genre }) => (
          <Cover key={title} wide title={title} genres={[genre]} />
        ))}
      </div>
      <div>
        <h2 id="banner-link">Watch it learn</h2>
        <p>
          Room for one banner, four to choose from, and a crowd whose taste is known. See how soon
          everybody is shown what they like.
        </p>
        <a href={`/apps/${encodeURIComponent(app.name)}/banner`}>See the banner learn</a>
      </div>
    </section>
  )
}
