import type { DecideSurfaceView, SurfaceTuning } from '../../engine-api.ts'
import { readDuration } from './duration.ts'
import type { Loop } from './loop.ts'
import { meaningOf } from './policy.ts'
import type { LearningMode } from './service-configuration.ts'

const MODES: Readonly<Record<LearningMode, DecideSurfaceView['mode']>> = {
  Online: 'learn',
  Apprentice: 'shadow',
  LoggingOnly: 'frozen',
}

/** The settings that a loop's surface is to have by what was put; null where it has them. */
export function settingsFor({ settings, state }: Loop): SurfaceTuning | null {
  const { configuration, policy, declaredKind } = state.now
  const { reward, explore, mode } = settings
  const wanted = {
    mode: configuration === null ? mode : MODES[configuration.learningMode],
    kind: policy === null ? (declaredKind ?? explore.kind) : meaningOf(policy).kind,
    floor: configuration?.explorationPercentage ?? explore.floor,
    default: configuration?.defaultReward ?? reward.default,
    windowMs:
      configuration === null
        ? reward.windowMs
        : 1000 * (readDuration(configuration.rewardWaitTime) ?? 0),
    aggregation:
      configuration === null
        ? reward.aggregation
        : configuration.rewardAggregation === 'sum'
          ? ('sum' as const)
          : ('first' as const),
  }
  const isSame =
    wanted.mode === mode &&
    wanted.kind === explore.kind &&
    wanted.floor === explore.floor &&
    wanted.default === reward.default &&
    wanted.windowMs === reward.windowMs &&
    wanted.aggregation === reward.aggregation
  if (isSame) return null
  return {
    mode: wanted.mode,
    explore: { kind: wanted.kind, floor: wanted.floor },
    reward: {
      default: wanted.default,
      windowMs: wanted.windowMs,
      aggregation: wanted.aggregation,
    },
  }
}
