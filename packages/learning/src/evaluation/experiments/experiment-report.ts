import { requireArgument } from '../../errors.ts'
import type { Range } from '../off-policy/skew-interval.ts'
import { type Experiment, requireArms } from './assignment.ts'
import { type ArmSums, average, meanDifference } from './confidence-sequence.ts'
import { sampleRatioProbability } from './sample-ratio.ts'

/** People of an arm before anything is said of it: the theory is one of many people. */
export const ARM_PEOPLE_MIN = 100
/** Below this probability people are taken not to be spread as assigned; low, as it is looked at often. */
export const SAMPLE_RATIO_PROBABILITY_MIN = 0.001
/** Probability with which any range of an experiment may ever miss. */
const ALPHA = 0.05

export interface ArmReport {
  readonly name: string
  readonly people: number
  /** Mean outcome per person. */
  readonly mean: number
  /** To the first arm, with a range that holds at every look; `null` for the first arm, and when refused. */
  readonly difference: ({ readonly value: number } & Range) | null
  /** Whether the range leaves out zero. */
  readonly decided: 'better' | 'worse' | 'open'
}

export interface ExperimentReport {
  readonly arms: readonly ArmReport[]
  readonly sampleRatioProbability: number
  /** Why nothing is compared, or `null`. */
  readonly refusal: {
    readonly code: 'sample_ratio_mismatch' | 'people_few'
    readonly reason: string
    readonly advice: string
  } | null
}

/**
 * How the arms of an experiment compare with the first one. May be asked as often as one likes: all ranges
 * together miss, at any moment, with probability 5% (shared by the arms: Bonferroni).
 * @param sums of each arm, one outcome per person. @param planned people of two arms, fixed beforehand.
 */
export function reportExperiment(
  { arms }: Experiment,
  sums: readonly ArmSums[],
  planned: number,
): ExperimentReport {
  requireArms(arms)
  requireArgument(sums.length === arms.length, 'every arm has its sums')
  const [control, ...others] = sums
  requireArgument(control !== undefined, 'an experiment compares two arms or more')
  const people = sums.map((each) => each.people)
  const probability = sampleRatioProbability(
    people,
    arms.map(({ share }) => share),
  )
  const refusal = refusalOf(people, probability)
  const options = { alpha: ALPHA / others.length, planned }
  return {
    arms: arms.map(({ name }, index) => {
      const own = sums[index] ?? control
      const difference =
        refusal !== null || index === 0 ? null : meanDifference(own, control, options)
      return {
        name,
        people: own.people,
        mean: average(own),
        difference,
        decided: decided(difference),
      }
    }),
    sampleRatioProbability: probability,
    refusal,
  }
}

function refusalOf(people: readonly number[], probability: number): ExperimentReport['refusal'] {
  if (probability < SAMPLE_RATIO_PROBABILITY_MIN) {
    return {
      code: 'sample_ratio_mismatch',
      reason: `People are spread ${people.join(' to ')} over the arms; chance would spread them so once in ${Math.round(1 / probability).toLocaleString('en-US')} experiments.`,
      advice:
        'Find out where people of one arm are lost, such as a page that fails or a filter after the assignment.',
    }
  }
  const fewest = Math.min(...people)
  if (fewest >= ARM_PEOPLE_MIN) return null
  return {
    code: 'people_few',
    reason: `An arm has ${fewest} people; ${ARM_PEOPLE_MIN} are needed before anything is said.`,
    advice: 'Wait; looking again costs nothing.',
  }
}

function decided(difference: Range | null): ArmReport['decided'] {
  if (difference === null || (difference.low <= 0 && difference.high >= 0)) return 'open'
  return difference.low > 0 ? 'better' : 'worse'
}
