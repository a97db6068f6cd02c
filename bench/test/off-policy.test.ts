import { expect, test } from 'vitest'
import { loggedWorlds } from '../src/accuracy/logged-worlds.ts'
import { measureCoverage } from '../src/accuracy/ope-coverage.ts'
import { openBanditCases, openBanditLogs, openBanditMissing } from '../src/accuracy/open-bandit.ts'
import { openBanditExpected } from '../src/accuracy/open-bandit-expected.ts'

/** Logs per world; `npm run -s accuracy -- ope-coverage` has 1,000. */
const LOGS = 40

test.for([0, 1])(
  'on log %i, estimators say what the Open Bandit Pipeline says',
  async (at, context) => {
    const missing = openBanditMissing()
    context.skip(missing !== null, missing ?? '')
    const cases = await openBanditCases(openBanditLogs[at]!)
    for (const [index, { values }] of cases.entries()) {
      const expected = openBanditExpected.values[2 * at + index]!
      expect(Object.keys(values).sort()).toEqual(Object.keys(expected).sort())
      for (const [name, theirs] of Object.entries(expected)) {
        expect(Math.abs(values[name]! - theirs), name).toBeLessThan(1e-6)
      }
    }
    const [uniform] = cases
    if (at === 0) {
      expect(uniform?.evaluation.refusal).toBeNull()
      expect(uniform?.values).toMatchObject({
        ips: expect.closeTo(0.003009, 6),
        snips: expect.closeTo(0.003189, 6),
      })
      expect(uniform?.evaluation.support.effectiveDecisions).toBeCloseTo(656, 0)
    } else {
      expect(uniform?.evaluation).toMatchObject({
        refusal: { code: 'effective_decisions_few' },
        headline: null,
        estimates: [],
        support: {
          effectiveDecisions: expect.closeTo(2.1, 1),
          weightMax: expect.closeTo(21_739, 0),
        },
      })
    }
  },
)

test.for(loggedWorlds)('95% intervals hold the truth: $name', (world) => {
  const { estimators, refused } = measureCoverage(world, LOGS, 1)
  expect(estimators).toHaveLength(8)
  expect(refused).toBeLessThan(LOGS / 10)
  // Of 40 logs, 33 or fewer hold the truth once in 300 times if 95 in 100 do.
  for (const { estimator, share } of estimators) {
    expect(share, estimator).toBeGreaterThan(33 / LOGS)
  }
})
