import type { ExplorationView } from '../../engine-api.ts'
import { Fault, type FaultCode } from './faults.ts'
import { FieldReader } from './fields.ts'
import { ARGUMENTS_LENGTH_MAX, NAME_LENGTH_MAX } from './limits.ts'
import type { Loop } from './loop.ts'

/** Learning settings: a command line of Vowpal Wabbit under a name. */
export interface Policy {
  readonly name: string
  readonly arguments: string
}

/** The default policy's name. */
const DEFAULT_NAME = 'adsum'
/** What makes a command line one of contextual bandits. */
const BANDIT_FLAGS: ReadonlySet<string> = new Set(['--cb_explore_adf', '--ccb_explore_adf'])
/** Flags that say what holds here anyway. */
const GRANTED_FLAGS: ReadonlySet<string> = new Set([...BANDIT_FLAGS, '--dsjson', '--json'])

/** What of a command line counts. */
export interface PolicyMeaning {
  readonly kind: ExplorationView['kind']
  /** `--epsilon`: the share of choices that explores; null where it is not said. */
  readonly epsilon: number | null
  /** Flags that mean nothing here. */
  readonly ignored: readonly string[]
}

/** @throws Fault with `invalid` for the contract, `InvalidPolicyConfiguration` for the arguments */
export function readPolicy(body: unknown, invalid: FaultCode = 'InvalidPolicyContract'): Policy {
  const reader = new FieldReader(body, invalid)
  const policy = {
    name: reader.requiredText('name', NAME_LENGTH_MAX),
    arguments: reader.requiredText('arguments', ARGUMENTS_LENGTH_MAX),
  }
  meaningOf(policy)
  return policy
}

/** @throws Fault `InvalidPolicyConfiguration` */
export function meaningOf({ arguments: line }: Policy): PolicyMeaning {
  const words = line.trim().split(/\s+/)
  if (!words.some((word) => BANDIT_FLAGS.has(word))) {
    throw new Fault(
      'InvalidPolicyConfiguration',
      'The arguments have to be those of a contextual bandit: --cb_explore_adf.',
      'arguments',
    )
  }
  let kind: ExplorationView['kind'] = 'greedy'
  let epsilon: number | null = null
  const ignored: string[] = []
  for (const [index, word] of words.entries()) {
    const [flag = '', attached] = word.split('=', 2)
    if (!word.startsWith('-') || GRANTED_FLAGS.has(flag)) continue
    if (flag === '--squarecb') kind = 'squarecb'
    else if (flag === '--epsilon') epsilon = readEpsilon(attached ?? words[index + 1])
    else ignored.push(flag)
  }
  return { kind, epsilon, ignored }
}

function readEpsilon(text: string | undefined): number {
  const epsilon = Number(text)
  if (text !== undefined && epsilon >= 0 && epsilon <= 1) return epsilon
  const message = '--epsilon has to be followed by a number from 0 to 1.'
  throw new Fault('InvalidPolicyConfiguration', message, 'arguments')
}

/** The policy in force. */
export function policyOf({ state, settings }: Loop): Policy {
  if (state.now.policy !== null) return state.now.policy
  const { kind, floor } = settings.explore
  const explores = kind === 'squarecb' ? '--squarecb ' : ''
  return { name: DEFAULT_NAME, arguments: `--cb_explore_adf ${explores}--epsilon ${floor}` }
}
