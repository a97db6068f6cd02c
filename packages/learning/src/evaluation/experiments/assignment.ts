import { requireArgument } from '../../errors.ts'
import { hmacSha256 } from '../../hash.ts'

/** One of the ways that an experiment compares. */
export interface Arm {
  readonly name: string
  /** Of the people, relative to the other arms: 1 and 1 is half and half. Above 0. */
  readonly share: number
}

export interface Experiment {
  readonly name: string
  /** The first is what the others are compared with. */
  readonly arms: readonly Arm[]
}

/** Bytes of a hash that make a number: 48 bits, exact in a double. */
const NUMBER_BYTES = 6

/**
 * The arm of a user: always the same one, without a record, and unknown to whoever has not the key. Each arm
 * has a race time `-ln(h) / share` with h a keyed hash of experiment, arm and user, uniform in (0, 1); the
 * shortest wins, with exactly the probability of its share. When shares change or an arm is added, only
 * those move who must (weighted rendezvous hashing: Thaler and Ravishankar, 1998).
 * @returns an index into the arms.
 */
export function assignArm({ name, arms }: Experiment, user: string, key: Uint8Array): number {
  requireArms(arms)
  const times = arms.map((arm) => -Math.log(uniform([name, arm.name, user], key)) / arm.share)
  return times.indexOf(Math.min(...times))
}

/** @throws LearningError `argument_invalid` */
export function requireArms(arms: readonly Arm[]): void {
  requireArgument(arms.length >= 2, 'an experiment compares two arms or more')
  const names = new Set(arms.map(({ name }) => name))
  requireArgument(names.size === arms.length, 'arms are named once each')
  requireArgument(
    arms.every(({ share }) => share > 0 && Number.isFinite(share)),
    'every arm has a share above 0',
  )
}

/** In (0, 1). JSON keeps the parts apart whatever is in them. */
function uniform(parts: readonly string[], key: Uint8Array): number {
  const hash = hmacSha256(key, new TextEncoder().encode(JSON.stringify(parts)))
  let value = 0
  for (const byte of hash.subarray(0, NUMBER_BYTES)) value = value * 256 + byte
  return (value + 0.5) / 256 ** NUMBER_BYTES
}
