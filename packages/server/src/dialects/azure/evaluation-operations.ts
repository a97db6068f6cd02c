import { randomUUID } from 'node:crypto'
import { AdsumError } from '@adsum/protocol'
import { evaluate } from './evaluate.ts'
import type { Evaluation } from './evaluation.ts'
import { type EvaluationContract, readContract } from './evaluation-contract.ts'
import { Fault } from './faults.ts'
import { EVALUATIONS_MAX } from './limits.ts'
import type { Loop } from './loop.ts'
import type { Answer, Call, Operation } from './operation.ts'
import { PREVIEW_PREFIX } from './paths.ts'

const operate = { scope: 'operate', inFirstVersion: true } as const
const ALL = '/evaluations'
const ONE = '/evaluations/:id'

/** What other ways to choose would have earned, by the log. */
export const evaluationOperations: readonly Operation[] = [
  {
    ...operate,
    ...{ method: 'GET', path: ALL, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ loop }: Call) => ({ status: 200, body: loop.state.now.evaluations }),
  },
  {
    ...operate,
    ...{ method: 'POST', path: ALL, takes: 'json', invalid: 'InvalidEvaluationContract' },
    handle: create,
  },
  {
    ...operate,
    ...{ method: 'GET', path: ONE, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ id, loop }: Call) => ({ status: 200, body: find(id, loop) }),
  },
  {
    ...operate,
    ...{ method: 'DELETE', path: ONE, takes: 'nothing', invalid: 'BadRequest' },
    handle: async ({ id, loop }: Call) => {
      find(id, loop)
      await loop.state.change(({ evaluations }) => ({
        evaluations: evaluations.filter((known) => known.id !== id),
      }))
      return { status: 204 }
    },
  },
]

/** Answers at once; what it comes to is there when it is asked for later. */
async function create(call: Call): Promise<Answer> {
  const { loop, body, prefix } = call
  const contract = readContract(body)
  await requireLogs(contract, loop)
  const id = randomUUID()
  const evaluation: Evaluation = {
    ...{ id, jobId: randomUUID(), name: contract.name },
    startTime: new Date(contract.startTime).toISOString(),
    endTime: new Date(contract.endTime).toISOString(),
    ...{ status: 'pending', evaluationType: 'Manual' },
    creationTime: new Date(loop.now()).toISOString(),
    ...{ policyResults: [], featureImportance: [] },
  }
  await loop.state.change(({ evaluations }) => ({
    evaluations: [...evaluations, evaluation].slice(-EVALUATIONS_MAX),
  }))
  void run(evaluation, contract, call)
  const location = `${prefix}${ALL}/${id}`
  return {
    status: 201,
    body: evaluation,
    ...(prefix === PREVIEW_PREFIX && { headers: { location } }),
  }
}

async function run(
  { id }: Evaluation,
  contract: EvaluationContract,
  { loop, watch, warn }: Call,
): Promise<void> {
  const finish = (came: Partial<Evaluation>): Promise<void> =>
    loop.state.change(({ evaluations }) => ({
      evaluations: evaluations.map((known) => (known.id === id ? { ...known, ...came } : known)),
    }))
  try {
    const { refused, ...came } = await evaluate(contract, loop)
    for (const each of refused)
      warn({ evaluation: id, ...each }, 'the log says nothing of a policy')
    await finish(came)
  } catch (fault) {
    if (!(fault instanceof AdsumError)) watch.report(fault, 'an evaluation failed')
    else warn({ evaluation: id, code: fault.code, problem: fault.message }, 'an evaluation failed')
    await finish({ status: 'failed' }).catch((lost: unknown) =>
      watch.report(lost, 'an evaluation failed'),
    )
  }
}

/** @throws Fault `NoLogsExistInDateRange` */
async function requireLogs({ startTime, endTime }: EvaluationContract, loop: Loop): Promise<void> {
  for await (const { time, value } of loop.app.decided.read(loop.surface)) {
    if (value !== null && time >= startTime && time < endTime) return
  }
  const message = 'No event of that time has its reward.'
  throw new Fault('NoLogsExistInDateRange', message, 'startTime')
}

/** @throws Fault `EvaluationNotFound` */
function find(id: string, { state }: Loop): Evaluation {
  const evaluation = state.now.evaluations.find((known) => known.id === id)
  if (evaluation !== undefined) return evaluation
  throw new Fault('EvaluationNotFound', 'There is no such evaluation.', 'evaluationId')
}
