export { checkStoreLaw, describeStore, storeLaws } from './store-contract.ts'
export {
  eventOf,
  eventsOf,
  type StoreFactory,
  type StoreFixture,
  type StoreLaw,
  type StoreWorld,
} from './store-fixture.ts'
export {
  acknowledgedSurvivesKill,
  type KillFixture,
  type StoreProcess,
} from './store-kill-law.ts'
