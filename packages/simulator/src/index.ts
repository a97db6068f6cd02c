export {
  type BanditRound,
  type BanditWorldKind,
  banditRounds,
  banditWorldKinds,
} from './bandit-world.ts'
export type { WorldItem } from './choice.ts'
export { type CrowdKind, type CrowdSpec, passerBy } from './crowd.ts'
export type { KnownPerson, Person, Routine, TasteProfile } from './people.ts'
export { type Random, seededRandom } from './random.ts'
export { type Choice, type Moment, makeWorld, type World, type WorldSpec } from './world.ts'
