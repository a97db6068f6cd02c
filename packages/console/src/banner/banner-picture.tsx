import type { Banner } from '@adsum/cinema/banner'
import { memo, type NamedExoticComponent } from 'react'
import { Cover } from '../shelf/covers/cover.tsx'

/** A banner as it hangs. Drawn once: while a crowd comes by, the rest of the page changes all the time. */
export const BannerPicture: NamedExoticComponent<Banner> = memo(({ title, genre }: Banner) => (
  <Cover wide title={title} genres={[genre]} />
))
