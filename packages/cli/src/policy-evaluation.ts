import {
  type DecisionLog,
  type DecisionMapping,
  type DecisionRole,
  decisionRoles,
  readDecisionLog,
} from '@adsum/engine'
import {
  alwaysPolicy,
  crossFit,
  evaluatePolicy,
  FOLDS,
  greedyPolicy,
  type Policy,
  recordedPolicy,
  ridgeRewardModel,
  uniformPolicy,
} from '@adsum/learning'
import { AdsumError } from '@adsum/protocol'
import type { Context } from './context.ts'
import type { FileOptions } from './data-file.ts'
import { CommandFault, EXIT } from './fault.ts'
import { showLog, showPolicy } from './policy-words.ts'

/** Which decisions are predicted together, so that the same file gets the same figures. */
const SEED = 1
const ALWAYS = 'always:'
const COLUMN = 'column:'

/**
 * What other ways to choose would have earned, from a log of decisions. Ends with code 1 when the log
 * cannot tell of one of them.
 * @throws CommandFault `usage_invalid` before anything is read; AdsumError as `readDecisionLog` does.
 */
export async function evaluatePolicies(
  { output, path, exitWith }: Context,
  typed: string,
  options: FileOptions,
  names: readonly string[],
): Promise<void> {
  for (const name of names) requirePolicyName(name)
  const mapping = parseDecisionMapping(options.map)
  const log = await readDecisionLog(path(typed), {
    mapping,
    policyColumns: names.filter((name) => name.startsWith(COLUMN)).map(columnOf),
    ...(options.encoding === undefined ? {} : { encoding: options.encoding }),
  })
  const { length } = log.decisions
  if (length < FOLDS) {
    throw new AdsumError('data_not_enough', {
      problem: `the log has ${length} of the ${FOLDS} decisions that learning needs`,
    })
  }
  const progress = output.progress()
  progress.show('learning from parts of the log', 0)
  const predictions = crossFit(log.decisions, ridgeRewardModel, { seed: SEED })
  progress.end()
  const evaluations = names.map((name) =>
    evaluatePolicy(log.decisions, policyNamed(name, log, predictions), predictions),
  )
  const optionCount = countOptions(log)
  showLog(output, log, optionCount, evaluations[0]?.earned ?? null)
  for (const evaluation of evaluations) {
    output.say()
    showPolicy(output, evaluation)
  }
  output.result({
    file: log.name,
    format: log.format,
    decisions: log.decisions.length,
    options: optionCount,
    seed: SEED,
    policies: evaluations,
  })
  if (evaluations.some(({ refusal }) => refusal !== null)) exitWith(EXIT.fault)
}

function requirePolicyName(name: string): void {
  const isKnown = name === 'uniform' || name === 'greedy'
  const hasRest = [ALWAYS, COLUMN].some((start) => name.startsWith(start) && name !== start)
  if (isKnown || hasRest) return
  throw new CommandFault(
    'usage_invalid',
    `There is no policy "${name}". Say uniform, greedy, always:<option> or column:<name>.`,
  )
}

function policyNamed(name: string, log: DecisionLog, predictions: readonly Float64Array[]): Policy {
  if (name === 'greedy') return greedyPolicy(predictions)
  if (name.startsWith(COLUMN)) return recordedPolicy(name, log.policies.get(columnOf(name)) ?? [])
  if (!name.startsWith(ALWAYS)) return uniformPolicy
  const option = name.slice(ALWAYS.length)
  if (log.decisions.some(({ candidates }) => candidates.some(({ id }) => id === option))) {
    return alwaysPolicy(option)
  }
  throw new CommandFault('usage_invalid', `There is no option "${option}" in the log.`)
}

/** Different options of a log, whose decisions usually share their candidates. */
function countOptions({ decisions }: DecisionLog): number {
  const ids = new Set<string>()
  for (const candidates of new Set(decisions.map((decision) => decision.candidates))) {
    for (const { id } of candidates) ids.add(id)
  }
  return ids.size
}

function columnOf(name: string): string {
  return name.slice(COLUMN.length)
}

/** @throws CommandFault `usage_invalid` */
function parseDecisionMapping(typed: readonly string[] | undefined): DecisionMapping {
  const mapping: Partial<Record<DecisionRole, string>> = {}
  for (const part of (typed ?? []).flatMap((text) => text.split(','))) {
    const [name = '', ...column] = part.split('=')
    const role = decisionRoles.find((known) => known === name.trim())
    if (role === undefined || column.length === 0) {
      throw new CommandFault(
        'usage_invalid',
        `With --policy, --map takes role=column, such as action=shown reward=clicked; the roles are ${decisionRoles.join(', ')}.`,
      )
    }
    mapping[role] = column.join('=').trim()
  }
  return mapping
}
