import type { KnownPerson, Routine, TasteProfile } from '@adsum/simulator'

/** What the people of the cinema like, in log-odds per genre or decade. Most people are of one or two. */
export const profiles: readonly TasteProfile[] = [
  profile('quiet dramas', { drama: 5, romance: 1.8, history: 1.2, horror: -3, animation: -2 }),
  profile('space', { 'science fiction': 6, thriller: 1, adventure: 1.5, romance: -2 }),
  profile('whodunits', { mystery: 6, crime: 2.5, thriller: 0.8, animation: -2, horror: -1.5 }),
  profile('family nights', { family: 5, animation: 4.5, adventure: 1, horror: -6, crime: -2 }),
  profile('after midnight', { horror: 6.5, thriller: 3, family: -4, romance: -2 }),
  profile('laughter', { comedy: 5.5, romance: 1.8, horror: -2, history: -1.5 }),
  profile('true stories', { documentary: 6.5, history: 3.5, fantasy: -3, horror: -2 }),
  profile('quests', { fantasy: 6, adventure: 2.2, animation: 1, crime: -2 }),
  profile('love stories', { romance: 6, comedy: 1.5, drama: 1.5, horror: -3 }),
  profile('heists', { crime: 5.5, thriller: 3.6, family: -2, animation: -2 }),
  decades('old reels', { 1950: 6, 1960: 5.5, 1970: 4, 2010: -1.5, 2020: -3 }),
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
    profiles: { whodunits: 0.6, 'old reels': 0.25, 'quiet dramas': 0.35 },
    routine: 'weekends',
    choices: 32,
  },
  {
    id: 'theo',
    profiles: { space: 0.8, quests: 0.45 },
    routine: 'weeknights',
    choices: 34,
  },
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
