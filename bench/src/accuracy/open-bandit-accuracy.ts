import { dataSet } from '../data-sets.ts'
import { machine } from '../machine.ts'
import { type OpenBanditCase, openBanditCases, openBanditLogs } from './open-bandit.ts'
import { openBanditExpected } from './open-bandit-expected.ts'
import { type ObpCase, openBanditPeer } from './open-bandit-peer.ts'

/** By how much ours may differ from the reference library. */
const TARGET = 1e-6

/**
 * Every estimator on the sample logs of the Open Bandit Dataset against the Open Bandit Pipeline on the same
 * inputs: in the same run where Python has it, else against what it said when it last ran.
 */
export async function openBanditAccuracy() {
  dataSet('open-bandit')
  const cases = (await Promise.all(openBanditLogs.map(openBanditCases))).flat()
  const peer = openBanditPeer(cases)
  const policies = cases.map((each, index) => {
    const now = peer.answer?.policies[index] ?? null
    if (now !== null) requireSameRows(each, now)
    return compare(each, now?.values ?? openBanditExpected.values[index] ?? {})
  })
  const versions = peer.answer?.versions ?? openBanditExpected.versions
  const largestDifference = Math.max(...policies.map(({ largestDifference: own }) => own))
  const from = peer.answer === null ? `figures noted before; now none: ${peer.why}` : 'the same run'
  console.log(`largest difference to obp ${versions.obp}: ${largestDifference} (${from})`)
  return {
    dataset: 'open-bandit',
    target: TARGET,
    largestDifference,
    equal: largestDifference <= TARGET,
    refused: policies.filter(({ refusal }) => refusal !== null).map(({ name }) => name),
    policies,
    peer: { versions, from },
    machine: machine(),
  }
}

/** Both must have read the same, or comparing says nothing. */
function requireSameRows({ decisions, evaluation }: OpenBanditCase, obp: ObpCase): void {
  const propensities = decisions.reduce((sum, { propensity }) => sum + propensity, 0)
  const differences = [
    decisions.length - obp.rows,
    propensities / decisions.length - obp.propensityMean,
    evaluation.earned.value - obp.earned,
  ]
  if (differences.some((each) => !(Math.abs(each) < TARGET))) {
    throw new Error(`obp read other rows: ${JSON.stringify(obp)}`)
  }
}

function compare(
  { log, policy, evaluation, values }: OpenBanditCase,
  obp: Readonly<Record<string, number>>,
) {
  const name = `${log.campaign}, logged by ${log.logged}, ${policy}`
  const { support, refusal, earned, headline } = evaluation
  const differences = Object.entries(values).map(([estimator, ours]) =>
    Math.abs(ours - (obp[estimator] ?? Number.NaN)),
  )
  const verdict =
    headline === null
      ? `refused: ${refusal?.code}`
      : `${headline.value.toFixed(6)} [${headline.low.toFixed(6)}, ${headline.high.toFixed(6)}]`
  console.log(
    `${name}: ${support.effectiveDecisions.toFixed(1)} effective decisions, largest weight ${support.weightMax.toFixed(1)}: ${verdict}`,
  )
  return {
    name,
    effectiveDecisions: support.effectiveDecisions,
    weightMax: support.weightMax,
    earned: earned.value,
    headline,
    refusal,
    largestDifference: differences.includes(Number.NaN) ? Number.NaN : Math.max(...differences),
    values: Object.fromEntries(
      Object.entries(values).map(([estimator, ours]) => [
        estimator,
        { ours, obp: obp[estimator] ?? null },
      ]),
    ),
  }
}
