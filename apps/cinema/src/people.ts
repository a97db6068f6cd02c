import type { KnownPerson, Routine, TasteProfile } from '@adsum/simulator'

/** What the people of the cinema like, in log-odds per genre or decade. Most people are of one or two. */
export const profiles: readonly TasteProfile[] = [
  profile('whodunits', { mystery: 4.5, crime: 4, thriller: 2, family: -2, animation: -2 }),
  profile('far worlds', { 'science fiction': 4.5, fantasy: 4.5, adventure: 2.5, romance: -2 }),
  profile('family nights', { family: 4.5, animation: 4.5, comedy: 2, horror: -5, crime: -2 }),
  profile('love and laughter', { romance: 4.5, comedy: 4, horror: -3 }),
  profile('quiet dramas', { drama: 4.5, history: 3, romance: 1.5, animation: -2, horror: -3 }),
  profile('after midnight', { horror: 5, thriller: 3.5, mystery: 1, family: -3 }),
  profile('true stories', { documentary: 5, history: 4, fantasy: -2.5 }),
  decades('old reels', { 1950: 5, 1960: 4.5, 1970: 3.5, 2010: -1.5, 2020: -2.5 }),
]

export const routines: readonly Routine[] = [
  { name: 'weeknights', frequency: (day, hour) => (day < 5 && hour >= 20 ? 6 : evening(hour)) },
  { name: 'weekends', frequency: (day, hour) => (day >= 5 && hour >= 13 ? 6 : evening(hour)) },
  { name: 'commute', frequency: (day, hour) => (day < 5 && commuting(hour) ? 6 : evening(hour)) },
]

/** Two people of very different taste, whom the first page shows. */
export const known: readonly KnownPerson[] = [
  {
    id: 'nora',
    profiles: { whodunits: 0.75, 'quiet dramas': 0.25, 'old reels': 0.2 },
    routine: 'weekends',
    choices: 31,
  },
  { id: 'theo', profiles: { 'far worlds': 1 }, routine: 'weeknights', choices: 34 },
]

/** Whether somebody is on the way to or from work at an hour of a weekday. */
export function commuting(hour: number): boolean {
  return (hour >= 7 && hour < 9) || (hour >= 17 && hour < 19)
}

function evening(hour: number): number {
  return hour >= 18 ? 1 : 0.05
}

function profile(name: string, genres: Readonly<Record<string, number>>): TasteProfile {
  return { name, likes: prefixed('genre', genres) }
}

function decades(name: string, likes: Readonly<Record<string, number>>): TasteProfile {
  return { name, likes: prefixed('decade', likes) }
}

function prefixed(prefix: string, likes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(likes).map(([name, odds]) => [`${prefix}:${name}`, odds]),
  )
}
