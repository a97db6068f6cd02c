import { EVENTS_PER_REQUEST_MAX } from '@adsum/protocol'
import { expect, test } from 'vitest'
import { declaration, films, openEngine, temporaryFolder } from './cinema-in-small.ts'

/** Events of one turn of the event loop, at most. */
const PER_TURN_MAX = 100

test('the events of a large request are judged in several turns, and answered in their order', async () => {
  const folder = await temporaryFolder()
  const engine = await openEngine(folder.path)
  const app = await engine.declare(declaration)
  await app.putItems(films)
  await app.ready
  let turn = 0
  let isOver = false
  const countTurns = (): void => {
    turn++
    if (!isOver) setImmediate(countTurns)
  }
  countTurns()
  const judgedIn: number[] = []
  const events = Array.from({ length: EVENTS_PER_REQUEST_MAX }, (_, at) => ({
    id: `e-${at}`,
    // Every third goes to quarantine.
    item: at % 3 === 0 ? 'nothing' : 'space-0',
    user: 'ada',
    // Read when the event is judged.
    get type() {
      if (judgedIn.length <= at) judgedIn.push(turn)
      return 'watched'
    },
  }))
  const results = await app.sendEvents(events)
  isOver = true
  const perTurn = Map.groupBy(judgedIn, (one) => one)
  expect(judgedIn).toHaveLength(EVENTS_PER_REQUEST_MAX)
  for (const judged of perTurn.values()) expect(judged.length).toBeLessThanOrEqual(PER_TURN_MAX)
  expect(results.map(({ id }) => id)).toEqual(events.map(({ id }) => id))
  expect(results.map(({ status }) => status === 'quarantined')).toEqual(
    events.map((_, at) => at % 3 === 0),
  )
  await engine.close()
  await folder.remove()
})
