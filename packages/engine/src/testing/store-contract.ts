import { describe, test } from 'vitest'
import { appLaws } from './store-app-laws.ts'
import { eventLaws } from './store-event-laws.ts'
import { type StoreFactory, type StoreLaw, StoreWorld } from './store-fixture.ts'
import { personLaws } from './store-person-laws.ts'
import { quarantineLaws } from './store-quarantine-laws.ts'
import { recordLaws } from './store-record-laws.ts'

/**
 * What the engine relies on, whatever database keeps the data. The law of durability needs a process to
 * kill and stands apart, in `store-kill-law.ts`.
 */
export const storeLaws: readonly StoreLaw[] = [
  ...eventLaws,
  ...personLaws,
  ...quarantineLaws,
  ...recordLaws,
  ...appLaws,
]

/** Runs every law against a store, each in an empty place of its own. */
export function describeStore(name: string, factory: StoreFactory): void {
  describe(`${name} keeps the contract of the store`, () => {
    for (const law of storeLaws) test(law.name, async () => checkStoreLaw(law, factory))
  })
}

/** Checks one law in an empty place. */
export async function checkStoreLaw(law: StoreLaw, factory: StoreFactory): Promise<void> {
  const fixture = await factory()
  try {
    const world = await StoreWorld.open(fixture)
    try {
      await law.check(world)
    } finally {
      await world.close()
    }
  } finally {
    await fixture.dispose()
  }
}
