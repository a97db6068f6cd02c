import {
  type AppDeclaration,
  choice,
  clock,
  decide,
  defineApp,
  event,
  item,
  number,
  rating,
  recommend,
  segment,
  tags,
  text,
} from '@adsum/engine'
import { ANY_BANNER_SHARE } from './banner.ts'

/** A catalogue of films, what people watched, the shelf that greets each of them, and a banner. */
export const cinema: AppDeclaration<'movie', 'watched', 'home' | 'banner'> = defineApp({
  name: 'cinema',
  title: 'Cinema',
  purposes: { history: { title: 'What you watched', default: 'on', basis: 'contract' } },
  items: { movie: item({ title: text(), genres: tags(), year: number() }) },
  events: {
    watched: event({
      on: 'movie',
      purpose: 'history',
      value: rating(0.5, 5),
      verb: 'You watched',
    }),
  },
  context: { time: clock(), device: choice('tv', 'phone') },
  surfaces: {
    home: recommend({ items: 'movie', goal: { watched: 1 } }),
    // Requests bring the banners; a click is worth 1.
    banner: decide({ explore: { kind: 'thompson', floor: ANY_BANNER_SHARE } }),
  },
  dialects: {
    // The event of Segment's specification for video; a rating may come along.
    segment: segment({
      track: {
        'Video Content Completed': {
          event: 'watched',
          item: 'properties.asset_id',
          value: 'properties.rating',
        },
      },
    }),
  },
  people: [
    {
      id: 'nora',
      name: 'Nora',
      about: 'Whodunits, crime and quiet dramas, mostly at weekends.',
    },
    {
      id: 'theo',
      name: 'Theo',
      about: 'Spaceships, dragons and far places, late on weeknights.',
    },
  ],
})
