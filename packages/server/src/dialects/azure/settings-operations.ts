import { Fault } from './faults.ts'
import { FieldReader } from './fields.ts'
import { NAME_LENGTH_MAX } from './limits.ts'
import type { Call, Operation } from './operation.ts'
import { meaningOf, type Policy, policyOf, readPolicy } from './policy.ts'
import { configurationOf, readConfiguration } from './service-configuration.ts'

const operate = { scope: 'operate', inFirstVersion: true } as const
const CONFIGURATION = '/configurations/service'
const POLICY = '/configurations/policy'

/** How the service answers and learns. */
export const settingsOperations: readonly Operation[] = [
  {
    ...operate,
    ...{ method: 'GET', path: CONFIGURATION, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop }: Call) => ({ status: 200, body: configurationOf(loop) }),
  },
  {
    ...operate,
    ...{
      method: 'PUT',
      path: CONFIGURATION,
      takes: 'json',
      invalid: 'InvalidServiceConfiguration',
    },
    handle: async ({ loop, loops, body }: Call) => {
      const configuration = readConfiguration(body, loop)
      await loop.state.change(() => ({ configuration }))
      await loops.tune(loop)
      return { status: 200, body: configuration }
    },
  },
  {
    ...operate,
    ...{ method: 'GET', path: POLICY, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop }: Call) => ({ status: 200, body: policyOf(loop) }),
  },
  {
    ...operate,
    ...{ method: 'PUT', path: POLICY, takes: 'json', invalid: 'InvalidPolicyContract' },
    handle: async (call: Call) => {
      const policy = readPolicy(call.body)
      await putPolicy(policy, call)
      return { status: 200, body: policy }
    },
  },
  {
    ...operate,
    ...{ method: 'DELETE', path: POLICY, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop, loops }: Call) => {
      await loop.state.change(() => ({ policy: null }))
      return { status: 200, body: policyOf(await loops.tune(loop)) }
    },
  },
  {
    ...{ scope: 'operate', inFirstVersion: false, method: 'POST', takes: 'json' },
    ...{ path: '/configurations/applyFromEvaluation', invalid: 'BadRequest' },
    handle: async (call: Call) => {
      const policy = evaluatedPolicy(call)
      if (policy !== null) await putPolicy(policy, call)
      return { status: 204 }
    },
  },
]

async function putPolicy(policy: Policy, { loop, loops, warn }: Call): Promise<void> {
  const { ignored } = meaningOf(policy)
  if (ignored.length > 0) {
    const flags = ignored.join(' ')
    warn({ app: loop.app.declaration.name, flags }, 'learning settings that mean nothing here')
  }
  await loop.state.change(({ declaredKind }) => ({
    policy,
    declaredKind: declaredKind ?? loop.settings.explore.kind,
  }))
  await loops.tune(loop)
}

/**
 * A policy that an evaluation looked at; null where it is the one in force.
 * @throws Fault `EvaluationNotFound`, `InvalidPolicyConfiguration`
 */
function evaluatedPolicy({ loop, body }: Call): Policy | null {
  const reader = new FieldReader(body, 'BadRequest')
  const id = reader.requiredText('evaluationId', NAME_LENGTH_MAX)
  const name = reader.requiredText('policyName', NAME_LENGTH_MAX)
  const evaluation = loop.state.now.evaluations.find((known) => known.id === id)
  if (evaluation === undefined) {
    throw new Fault('EvaluationNotFound', 'There is no such evaluation.', 'evaluationId')
  }
  const result = evaluation.policyResults.find((known) => known.name === name)
  if (result === undefined) {
    throw new Fault('InvalidPolicyConfiguration', 'It reports no such policy.', 'policyName')
  }
  switch (result.policySource) {
    case 'Online':
      return null
    case 'Baseline':
    case 'Random':
      throw new Fault('InvalidPolicyConfiguration', 'It is no learning setting.', 'policyName')
    default:
      return { name, arguments: result.arguments }
  }
}
