import { likedMost, missedBlindly, missedBy } from './crowd-truth.ts'

/** Somebody who came by, what they were shown, and what they did. */
export interface Seen {
  /** Id of the decision. */
  readonly decision: string
  /** Index of their kind, and of the banner that they saw. */
  readonly kind: number
  readonly shown: number
  readonly clicked: boolean
  /** The chance that each banner had to be shown, in the order of the banners. */
  readonly chances: readonly number[]
}

/** Where things stood after so many people. */
export interface Standing {
  readonly people: number
  /** Clicks missed beside a banner that is always the best one, as known from the truth. */
  readonly missed: number
  /** The same for banners that are chosen blindly. */
  readonly blind: number
}

/** What has happened since the page was opened, or since all of it was forgotten. */
export interface Sitting extends Standing {
  /** From the beginning to now, thinned out where it grows long. */
  readonly course: readonly Standing[]
  /** The last people, newest last. */
  readonly latest: readonly Seen[]
  /** By kind: the chances of the banners when somebody like this came by last. */
  readonly chances: ReadonlyMap<number, readonly number[]>
}

/** People whom the answer to "is it learning?" looks at. */
export const LATEST_MAX = 200
/** Points of a course; when there are more every other one goes. */
const COURSE_MAX = 400

const START: Standing = { people: 0, missed: 0, blind: 0 }
export const nothingYet: Sitting = { ...START, course: [START], latest: [], chances: new Map() }

/** A sitting after more people came by. */
export function withSeen(sitting: Sitting, seen: readonly Seen[]): Sitting {
  const standing = seen.reduce(
    ({ people, missed, blind }, { kind, shown }) => ({
      people: people + 1,
      missed: missed + missedBy(kind, shown),
      blind: blind + missedBlindly(kind),
    }),
    { people: sitting.people, missed: sitting.missed, blind: sitting.blind },
  )
  return {
    ...standing,
    course: thinned([...sitting.course, standing]),
    latest: [...sitting.latest, ...seen].slice(-LATEST_MAX),
    chances: new Map([...sitting.chances, ...seen.map(chancesByKind)]),
  }
}

/** Whether somebody saw the banner that people like them click on most. */
export function sawLikedMost({ kind, shown }: Seen): boolean {
  return shown === likedMost(kind)
}

function chancesByKind({ kind, chances }: Seen): [number, readonly number[]] {
  return [kind, chances]
}

/** The beginning and the end always stay. */
function thinned(course: readonly Standing[]): readonly Standing[] {
  if (course.length <= COURSE_MAX) return course
  return course.filter((_, at) => at % 2 === 0 || at === course.length - 1)
}
