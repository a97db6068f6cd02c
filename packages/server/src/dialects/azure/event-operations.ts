import { giveReward, letCount, readReward } from './events.ts'
import type { Answer, Call, Operation } from './operation.ts'
import { rank } from './rank.ts'
import { readRankRequest } from './rank-request.ts'

const NO_CONTENT: Answer = { status: 204 }

/** What applications ask while they run. */
export const eventOperations: readonly Operation[] = [
  {
    ...{ method: 'POST', path: '/rank', scope: 'decide', inFirstVersion: true },
    ...{ takes: 'json', invalid: 'InvalidRankRequest' },
    handle: async ({ body, loop, report }: Call) => ({
      status: 201,
      body: await rank(readRankRequest(body), loop, report),
    }),
  },
  {
    ...{ method: 'POST', path: '/events/:id/reward', scope: 'decide', inFirstVersion: true },
    ...{ takes: 'json', invalid: 'InvalidRewardRequest' },
    handle: async ({ id, body, loop }: Call) => {
      await giveReward(id, readReward(body), loop)
      return NO_CONTENT
    },
  },
  {
    ...{ method: 'POST', path: '/events/:id/activate', scope: 'decide', inFirstVersion: true },
    ...{ takes: 'nothing', invalid: 'InvalidEventIdToActivate' },
    handle: async ({ id, loop }: Call) => {
      await letCount(id, loop)
      return NO_CONTENT
    },
  },
]
