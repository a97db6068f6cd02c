import type { DecideSurfaceView } from '../../engine-api.ts'
import { readDuration, writeDuration } from './duration.ts'
import { Fault } from './faults.ts'
import { FieldReader } from './fields.ts'
import { REWARD_WAIT_SECONDS_MAX, REWARD_WAIT_SECONDS_MIN } from './limits.ts'
import type { Loop } from './loop.ts'

const CODE = 'InvalidServiceConfiguration'
const LEARNING_MODES = ['Online', 'Apprentice', 'LoggingOnly'] as const
export type LearningMode = (typeof LEARNING_MODES)[number]
/** Characters of an address of a container. */
const SAS_URI_LENGTH_MAX = 2_000
/** Days that a log may be kept at the most, unless it is kept for ever. */
const RETENTION_DAYS_MAX = 36_500
const NEVER = '0001-01-01T00:00:00Z'

/** How the service answers and learns, as the protocol says it. */
export interface ServiceConfiguration {
  readonly rewardWaitTime: string
  readonly defaultReward: number
  readonly rewardAggregation: 'earliest' | 'sum'
  readonly explorationPercentage: number
  readonly modelExportFrequency: string
  readonly logMirrorEnabled: boolean
  readonly logMirrorSasUri?: string
  readonly logRetentionDays: number
  readonly lastConfigurationEditDate: string
  readonly learningMode: LearningMode
  readonly isAutoOptimizationEnabled: false
}

/** The configuration in force: as it was put, or as the surface declares. */
export function configurationOf({ state, settings }: Loop): ServiceConfiguration {
  return state.now.configuration ?? declared(settings)
}

function declared({ reward, explore, mode }: DecideSurfaceView): ServiceConfiguration {
  return {
    rewardWaitTime: writeDuration(reward.windowMs / 1000),
    defaultReward: reward.default,
    rewardAggregation: reward.aggregation === 'sum' ? 'sum' : 'earliest',
    explorationPercentage: explore.floor,
    modelExportFrequency: 'PT1S',
    logMirrorEnabled: false,
    logRetentionDays: -1,
    lastConfigurationEditDate: NEVER,
    learningMode: mode === 'shadow' ? 'Apprentice' : mode === 'frozen' ? 'LoggingOnly' : 'Online',
    isAutoOptimizationEnabled: false,
  }
}

/**
 * A configuration that is put.
 * @throws Fault `InvalidServiceConfiguration`, `InvalidRewardWaitTime`, `InvalidLogRetentionDays`,
 *   `InvalidLearningModeServiceConfiguration`, `ProblemTypeIncompatibleWithAutoOptimization`
 */
export function readConfiguration(body: unknown, loop: Loop): ServiceConfiguration {
  const reader = new FieldReader(body, CODE)
  if (reader.flag('isAutoOptimizationEnabled')) {
    throw new Fault(
      'ProblemTypeIncompatibleWithAutoOptimization',
      'Learning settings are not changed by themselves here: evaluate policies and apply one.',
      'isAutoOptimizationEnabled',
    )
  }
  const { low, high } = loop.settings.reward
  const sasUri = reader.text('logMirrorSasUri', SAS_URI_LENGTH_MAX)
  const next: ServiceConfiguration = {
    rewardWaitTime: readRewardWait(reader),
    defaultReward: reader.requiredNumber('defaultReward', Math.max(-1, low), Math.min(1, high)),
    rewardAggregation: readAggregation(reader),
    explorationPercentage: reader.requiredNumber('explorationPercentage', 0, 1),
    modelExportFrequency: readFrequency(reader),
    logMirrorEnabled: reader.flag('logMirrorEnabled'),
    ...(sasUri !== null && { logMirrorSasUri: sasUri }),
    logRetentionDays: readRetention(reader),
    lastConfigurationEditDate: new Date(loop.now()).toISOString(),
    learningMode: readMode(reader),
    isAutoOptimizationEnabled: false,
  }
  requireOneChange(configurationOf(loop), next)
  return next
}

/** Whoever changes who is in charge may not change at the same time what is compared. */
function requireOneChange(now: ServiceConfiguration, next: ServiceConfiguration): void {
  const modes = [now.learningMode, next.learningMode]
  if (!(modes.includes('Online') && modes.includes('Apprentice'))) return
  const changed = (['defaultReward', 'rewardWaitTime', 'rewardAggregation'] as const).find(
    (name) =>
      name === 'rewardWaitTime'
        ? readDuration(now[name]) !== readDuration(next[name])
        : now[name] !== next[name],
  )
  if (changed === undefined) return
  const message = `"${changed}" cannot change together with the learning mode.`
  throw new Fault('InvalidLearningModeServiceConfiguration', message, changed)
}

function readRewardWait(reader: FieldReader): string {
  const text = reader.requiredText('rewardWaitTime', SAS_URI_LENGTH_MAX)
  const seconds = readDuration(text)
  const fits =
    seconds !== null && seconds >= REWARD_WAIT_SECONDS_MIN && seconds <= REWARD_WAIT_SECONDS_MAX
  if (fits) return text
  const message = 'The reward wait time has to be an ISO 8601 duration from PT5S to P2D.'
  throw new Fault('InvalidRewardWaitTime', message, 'rewardWaitTime')
}

function readAggregation(reader: FieldReader): 'earliest' | 'sum' {
  const text = reader.requiredText('rewardAggregation', SAS_URI_LENGTH_MAX).toLowerCase()
  if (text === 'sum') return 'sum'
  // One document of the service calls it so.
  if (text === 'earliest' || text === 'first') return 'earliest'
  return reader.refuse('Rewards are aggregated as "earliest" or "sum".', 'rewardAggregation')
}

function readFrequency(reader: FieldReader): string {
  const text = reader.requiredText('modelExportFrequency', SAS_URI_LENGTH_MAX)
  if ((readDuration(text) ?? 0) > 0) return text
  return reader.refuse('It has to be an ISO 8601 duration.', 'modelExportFrequency')
}

function readRetention(reader: FieldReader): number {
  const days = reader.fields.logRetentionDays
  const fits =
    typeof days === 'number' &&
    Number.isInteger(days) &&
    (days === -1 || (days >= 1 && days <= RETENTION_DAYS_MAX))
  if (fits) return days
  const message = `Days of retention are -1 (for ever) or 1 to ${RETENTION_DAYS_MAX}.`
  throw new Fault('InvalidLogRetentionDays', message, 'logRetentionDays')
}

function readMode(reader: FieldReader): LearningMode {
  const text = reader.text('learningMode', SAS_URI_LENGTH_MAX) ?? 'Online'
  const mode = LEARNING_MODES.find((known) => known === text)
  return mode ?? reader.refuse(`Known are ${LEARNING_MODES.join(', ')}.`, 'learningMode')
}
