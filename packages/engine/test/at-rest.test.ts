import { setTimeout as after } from 'node:timers/promises'
import { getHeapStatistics } from 'node:v8'
import { AtRest } from '@adsum/engine/at-rest'
import { expect, test } from 'vitest'

const LOOK_MS = 40
/** Long enough for two looks, late ones too. */
const REST_MS = 400
const heapMb = () => getHeapStatistics().total_heap_size / 1e6

/** Makes the heap larger by some 60 MB that nothing holds afterwards. */
function litter(): void {
  const objects = Array.from({ length: 1_000_000 }, (_, index) => ({ index }))
  expect(objects).toHaveLength(1_000_000)
}

test('the heap shrinks once nothing is done', async () => {
  const rest = new AtRest(LOOK_MS)
  litter()
  const busy = heapMb()
  rest.stir()
  await after(REST_MS)
  expect(heapMb()).toBeLessThan(busy - 20)
})
