export { checkStoreLaw, describeStore, storeLaws } from './store-contract.ts'
export type { StoreFactory, StoreFixture, StoreLaw, StoreWorld } from './store-fixture.ts'
export {
  acknowledgedSurvivesKill,
  type KillFixture,
  type StoreProcess,
} from './store-kill-law.ts'
