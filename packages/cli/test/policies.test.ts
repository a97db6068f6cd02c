import { createRandom } from '@adsum/learning'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { MadeWorld } from './made-world.ts'

let world: MadeWorld
beforeEach(() => {
  world = new MadeWorld()
})
afterEach(() => world.remove())

/** Guests of a café, asked at random; coffee earns in the morning, tea in the evening. */
function cafe(rows = 2_000): string {
  const random = createRandom(1)
  const lines = Array.from({ length: rows }, () => {
    const time = random.next() < 0.5 ? 'morning' : 'evening'
    const action = ['coffee', 'tea'][random.below(2)]
    const reward = (time === 'morning') === (action === 'coffee') ? 1 : 0
    return `${action},0.5,${reward},coffee|tea,0.5|0.5,${time},0.8|0.2`
  })
  const header = 'action,propensity,reward,candidates,propensities,context.time,mine'
  return `${header}\n${lines.join('\n')}\n`
}

interface Answer {
  readonly decisions: number
  readonly options: number
  readonly policies: readonly {
    readonly policy: string
    readonly headline: {
      readonly value: number
      readonly low: number
      readonly high: number
    } | null
    readonly refusal: { readonly code: string } | null
  }[]
}

describe('adsum evaluate --policy', () => {
  test('says in words what policies would have earned, against now', async () => {
    world.write('cafe.csv', cafe())
    const names = ['uniform', 'greedy', 'always:tea', 'column:mine']
    const words = ['evaluate', 'cafe.csv', ...names.flatMap((name) => ['--policy', name])]
    const { code, output } = await world.adsum(...words)
    expect(code).toBe(0)
    expect(output).toContain('cafe.csv: 2,000 decisions among 2 options.')
    expect(output).toMatch(
      /greedy\n {2}would have earned 1 per decision, between 0\.9\d+ and 1; now 0\.5\d*\./,
    )
    expect(output).toContain('more than chance explains')
    expect(output).toContain('may be chance')
    expect(output).toMatch(/sndr +\S+ +\S+ to \S+ /)
    const { policies, ...rest } = (await world.adsum(...words, '--json')).json<Answer>()
    expect(rest).toMatchObject({ decisions: 2_000, options: 2 })
    expect(policies.map(({ policy }) => policy)).toEqual(names)
    expect(policies[1]?.headline?.value).toBeCloseTo(1, 2)
    expect(policies[2]?.headline?.value).toBeCloseTo(0.5, 1)
    expect(policies[3]?.headline?.value).toBeCloseTo(0.5, 1)
  })

  test('refuses where the log cannot tell, with exit code 1 and what to do', async () => {
    world.write('cafe.csv', cafe(60))
    const refused = await world.adsum('evaluate', 'cafe.csv', '--policy', 'uniform')
    expect(refused.code).toBe(1)
    expect(refused.output).toContain('No figure. The 60 decisions tell only as much')
    expect(refused.output).toContain('(effective_decisions_few)')
    expect(refused.output).toContain('Collect more decisions')
    const json = await world.adsum('evaluate', 'cafe.csv', '--policy', 'uniform', '--json')
    expect(json.json<Answer>().policies[0]).toMatchObject({
      headline: null,
      refusal: { code: 'effective_decisions_few' },
    })
  })

  test('takes other names of columns', async () => {
    world.write('cafe.csv', cafe().replace('action', 'shown').replace('reward', 'clicked'))
    const words = ['evaluate', 'cafe.csv', '--policy', 'uniform', '--map']
    expect((await world.adsum(...words, 'action=shown', 'reward=clicked')).code).toBe(0)
    const wrong = await world.adsum(...words, 'item=shown')
    expect(wrong).toMatchObject({
      code: 2,
      errors: expect.stringContaining('the roles are action'),
    })
  })

  test.each([
    [['--policy', 'best'], 2, 'There is no policy "best"'],
    [['--policy', 'column:'], 2, 'There is no policy "column:"'],
    [['--policy', 'always:milk'], 2, 'There is no option "milk" in the log'],
    [['--policy', 'column:yours'], 1, 'no column "yours"'],
  ])('%j is told', async (words, code, told) => {
    world.write('cafe.csv', cafe(20))
    const ended = await world.adsum('evaluate', 'cafe.csv', ...words)
    expect(ended).toMatchObject({ code, output: '', errors: expect.stringContaining(told) })
  })

  test('two decisions are too few to learn from', async () => {
    world.write('cafe.csv', cafe(2))
    const ended = await world.adsum('evaluate', 'cafe.csv', '--policy', 'greedy')
    expect(ended).toMatchObject({ code: 1, errors: expect.stringContaining('(data_not_enough)') })
  })

  test('a bad row ends it with its line, and nothing is reported', async () => {
    world.write('cafe.csv', `${cafe(500)}tea,0.5,NaN,coffee|tea,0.5|0.5,evening,0.8|0.2\n`)
    const ended = await world.adsum('evaluate', 'cafe.csv', '--policy', 'uniform', '--json')
    expect(ended.code).toBe(1)
    expect(ended.json()).toEqual({
      error: {
        code: 'file_row_invalid',
        message: 'Line 502, column reward: expected a number, found NaN.',
      },
    })
  })
})
