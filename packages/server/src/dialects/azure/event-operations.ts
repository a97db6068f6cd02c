import { giveReward, letCount, readReward } from './events.ts'
import { activateSlots, isForSlots, rankSlots, rewardSlots } from './multi-slot.ts'
import { readMultiSlotRequest, readSlotRewards } from './multi-slot-request.ts'
import type { Answer, Call, Operation } from './operation.ts'
import { rank } from './rank.ts'
import { readRankRequest } from './rank-request.ts'

const NO_CONTENT: Answer = { status: 204 }

/** What applications ask while they run. */
export const eventOperations: readonly Operation[] = [
  {
    ...{ method: 'POST', path: '/rank', scope: 'decide', inFirstVersion: true },
    ...{ takes: 'json', invalid: 'InvalidRankRequest' },
    handle: async ({ body, loop, watch }: Call) => ({
      status: 201,
      body: await rank(readRankRequest(body), loop, watch),
    }),
  },
  {
    ...{ method: 'POST', path: '/events/:id/reward', scope: 'decide', inFirstVersion: true },
    ...{ takes: 'json', invalid: 'InvalidRewardRequest' },
    handle: reward,
  },
  {
    ...{ method: 'POST', path: '/events/:id/activate', scope: 'decide', inFirstVersion: true },
    ...{ takes: 'nothing', invalid: 'InvalidEventIdToActivate' },
    handle: async ({ id, loop }: Call) => {
      await letCount(id, loop)
      return NO_CONTENT
    },
  },
  {
    ...{ method: 'POST', path: '/multislot/rank', scope: 'decide', inFirstVersion: false },
    ...{ takes: 'json', invalid: 'InvalidRankRequest' },
    handle: async ({ body, loop, watch }: Call) => ({
      status: 201,
      body: await rankSlots(readMultiSlotRequest(body), loop, watch),
    }),
  },
  {
    ...{ method: 'POST', path: '/multislot/events/:id/reward', scope: 'decide' },
    ...{ inFirstVersion: false, takes: 'json', invalid: 'InvalidRewardRequest' },
    handle: reward,
  },
  {
    ...{ method: 'POST', path: '/multislot/events/:id/activate', scope: 'decide' },
    ...{ inFirstVersion: false, takes: 'nothing', invalid: 'InvalidEventIdToActivate' },
    handle: async ({ id, loop }: Call) => {
      await activateSlots(id, loop)
      return NO_CONTENT
    },
  },
]

/** On both paths: a page of the service's documentation sends the rewards of slots to the other. */
async function reward({ id, body, loop }: Call): Promise<Answer> {
  if (isForSlots(body)) await rewardSlots(id, readSlotRewards(body), loop)
  else await giveReward(id, readReward(body), loop)
  return NO_CONTENT
}
