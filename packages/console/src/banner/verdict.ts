import { banners } from '@adsum/cinema/banner'
import { clickedBlindly } from './crowd-truth.ts'
import { type Seen, type Sitting, sawLikedMost } from './sitting.ts'

/** The answer to "is it learning?". */
export interface Verdict {
  readonly answer: 'nobody' | 'early' | 'yes' | 'no'
  readonly sentence: string
}

/** Fewer people than these prove nothing. */
const PEOPLE_MIN = 50
/** Standard errors by which chance alone is beaten where the answer is "yes": one in 700 by luck. */
const CERTAIN_ERRORS = 3
/** Share of people who see the banner they like most when it is chosen blindly. */
const BLIND_SHARE = 1 / banners.length

/**
 * Judges by the latest people how often they saw what they like most, beside chance alone.
 * @param before people who came by before this sitting
 */
export function verdictOf({ latest, people }: Sitting, before: number): Verdict {
  const count = latest.length
  if (count === 0) {
    const sentence =
      before === 0
        ? 'Nobody has come by yet. Let some people come.'
        : 'Let some people come by, and see how many are shown what they like most.'
    return { answer: 'nobody', sentence }
  }
  const share = latest.filter(sawLikedMost).length / count
  const blind = `choosing blindly it would be ${inHundred(BLIND_SHARE)}`
  const found = `of the ${whichOf(count, people + before)}, ${inHundred(share)} in 100 saw the banner they like most; ${blind}.`
  if (count < PEOPLE_MIN) return { answer: 'early', sentence: `Too early to tell: ${found}` }
  const error = Math.sqrt((BLIND_SHARE * (1 - BLIND_SHARE)) / count)
  return share - BLIND_SHARE > CERTAIN_ERRORS * error
    ? { answer: 'yes', sentence: `Yes: ${found}` }
    : { answer: 'no', sentence: `Not yet: ${found}` }
}

/** How many clicks there were of late, beside choosing blindly. */
export function clicksInWords(latest: readonly Seen[]): string {
  const clicks = latest.filter(({ clicked }) => clicked).length
  const blind = latest.reduce((sum, { kind }) => sum + clickedBlindly(kind), 0)
  return `${clicks} of them clicked; choosing blindly about ${Math.round(blind)} would have.`
}

function whichOf(count: number, people: number): string {
  const place = people > count ? 'last' : 'first'
  return count === 1 ? `${place} person` : `${place} ${count} people`
}

/** 0.6143 as "61". */
export function inHundred(share: number): string {
  return (100 * share).toFixed(0)
}
