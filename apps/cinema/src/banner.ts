import type { CrowdKind, CrowdSpec } from '@adsum/simulator'

/** The cinema's banner, and the invented crowd that comes by. Pages import this file without the engine. */

/** One of the programmes that the banner can announce. */
export interface Banner {
  /** Its id in requests too: what answers are in. */
  readonly title: string
  readonly genre: string
}

export const banners: readonly Banner[] = [
  { title: 'Family hour', genre: 'family' },
  { title: 'Evening for two', genre: 'romance' },
  { title: 'Midnight shivers', genre: 'horror' },
  { title: 'Far worlds', genre: 'science fiction' },
]

/** Share of people who are shown any banner, whatever is known, so that none is written off too early. */
export const ANY_BANNER_SHARE = 0.08

/** Everything that the crowd does is recorded under one name, so that one request forgets all of it. */
export const CROWD_USER = 'the-crowd'

/** What can be seen of somebody, and how many in 100 of them click on each banner. */
export const crowd: CrowdSpec = {
  seed: 11,
  kinds: [
    kind('children', 'afternoon', [75, 8, 2, 15]),
    kind('children', 'evening', [20, 8, 5, 65]),
    kind('couple', 'afternoon', [8, 70, 4, 12]),
    kind('couple', 'evening', [3, 65, 18, 8]),
    kind('friends', 'afternoon', [8, 8, 12, 70]),
    kind('friends', 'evening', [3, 6, 75, 20]),
  ],
}

/** `visit` lets the banner learn what holds for both together, not only for each. */
function kind(company: string, hour: string, clicksIn100: readonly number[]): CrowdKind {
  return {
    features: { company, hour, visit: `${company}, ${hour}` },
    chances: clicksIn100.map((clicks) => clicks / 100),
  }
}
