import { Fault } from './faults.ts'
import { FieldReader } from './fields.ts'
import { NAME_LENGTH_MAX, POLICIES_PER_EVALUATION_MAX } from './limits.ts'
import { type Policy, readPolicy } from './policy.ts'

const CODE = 'InvalidEvaluationContract'

/** What is to be evaluated. */
export interface EvaluationContract {
  readonly name: string
  /** Milliseconds since 1970 UTC. */
  readonly startTime: number
  readonly endTime: number
  readonly policies: readonly Policy[]
  readonly enableOfflineExperimentation: boolean
}

/** @throws Fault `InvalidEvaluationContract`, `DuplicateCustomPolicyNames`, `InvalidPolicyConfiguration` */
export function readContract(body: unknown): EvaluationContract {
  const reader = new FieldReader(body, CODE)
  const policies = reader
    .list('policies', POLICIES_PER_EVALUATION_MAX)
    .map((policy) => readPolicy(policy, CODE))
  const twice = policies.find(({ name }, at) => policies.findIndex((p) => p.name === name) < at)
  if (twice !== undefined) {
    const message = `Two policies are called "${twice.name}".`
    throw new Fault('DuplicateCustomPolicyNames', message, 'policies')
  }
  const contract = {
    name: reader.requiredText('name', NAME_LENGTH_MAX),
    startTime: readMoment(reader, 'startTime'),
    endTime: readMoment(reader, 'endTime'),
    policies,
    enableOfflineExperimentation: reader.flag('enableOfflineExperimentation'),
  }
  if (contract.startTime < contract.endTime) return contract
  return reader.refuse('"endTime" has to come after "startTime".', 'endTime')
}

function readMoment(reader: FieldReader, name: string): number {
  const moment = Date.parse(reader.requiredText(name, NAME_LENGTH_MAX))
  return Number.isFinite(moment) ? moment : reader.refuse(`"${name}" is no date and time.`, name)
}
