import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { readDecisionLog } from '@adsum/engine'
import { afterAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'adsum-decisions-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const CSV = `action,propensity,reward,candidates,propensities,position,context.device,context.age,new,user
tea,0.5,1,tea|coffee,0.5|0.5,left,phone,31,0.9|0.1,u-1
coffee,0.8,0,tea|coffee,0.2|0.8,right,tv,,0.25|0.75,
`
const JSON_LINES = `{"action":"tea","propensity":0.5,"reward":1,"candidates":["tea","coffee"],"propensities":[0.5,0.5],"position":"left","context":{"device":"phone","age":31},"new":[0.9,0.1],"user":"u-1"}
{"action":"coffee","propensity":0.8,"reward":0,"candidates":["tea","coffee"],"propensities":[0.2,0.8],"position":"right","context":{"device":"tv","age":null},"new":[0.25,0.75]}
`

describe('a log of decisions', () => {
  test('is the same as CSV, packed, and as JSON Lines', async () => {
    const files = [
      file('log.csv', CSV),
      file('log.csv.gz', gzipSync(CSV)),
      file('log.jsonl', JSON_LINES),
    ]
    for (const path of files) {
      const log = await readDecisionLog(path, { policyColumns: ['new'] })
      expect(log).toMatchObject({ format: 'decisions', namesCandidates: true })
      expect(log.decisions).toEqual([
        {
          context: { device: 'phone', age: 31 },
          candidates: [{ id: 'tea' }, { id: 'coffee' }],
          chosen: 0,
          propensity: 0.5,
          propensities: Float64Array.of(0.5, 0.5),
          reward: 1,
          user: 'u-1',
          position: 'left',
        },
        {
          context: { device: 'tv' },
          candidates: [{ id: 'tea' }, { id: 'coffee' }],
          chosen: 1,
          propensity: 0.8,
          propensities: Float64Array.of(0.2, 0.8),
          reward: 0,
          user: null,
          position: 'right',
        },
      ])
      expect(log.policies.get('new')).toEqual([
        Float64Array.of(0.9, 0.1),
        Float64Array.of(0.25, 0.75),
      ])
    }
  })

  test('without candidates has all options that it ever shows, by name', async () => {
    const log = await readDecisionLog(
      file('short.csv', 'shown,propensity,clicked\nb,0.5,0\na,0.5,1\nb,0.5,0\n'),
      { mapping: { action: 'shown', reward: 'clicked' } },
    )
    expect(log.namesCandidates).toBe(false)
    expect(log.decisions.map(({ chosen, reward }) => [chosen, reward])).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
    ])
    expect(log.decisions[0]?.candidates).toEqual([{ id: 'a' }, { id: 'b' }])
    expect(log.decisions[0]?.candidates).toBe(log.decisions[2]?.candidates)
  })

  test('has what is known of options', async () => {
    const candidates = [{ id: 'a', features: { price: 3, kind: 'x', fresh: true } }, { id: 2 }]
    const line = JSON.stringify({ action: 2, propensity: 0.5, reward: 1, candidates })
    const { decisions } = await readDecisionLog(file('features.jsonl', `${line}\n${line}\n`))
    expect(decisions[0]).toMatchObject({
      chosen: 1,
      candidates: [{ id: 'a', features: { price: 3, kind: 'x', fresh: 1 } }, { id: '2' }],
    })
  })

  test('of the Open Bandit Dataset is known by its columns', async () => {
    const log = await readDecisionLog(
      file(
        'men.csv',
        ',timestamp,item_id,position,click,propensity_score,user_feature_0,user-item_affinity_0\n' +
          '0,2019-11-24 00:01:03+00:00,2,2,0,0.0455,cef3390ed299,0.0\n' +
          '1,2019-11-24 00:01:45+00:00,9,3,1,0.0593,81ce123cbb5b,0.0\n',
      ),
    )
    expect(log.format).toBe('open-bandit')
    expect(log.decisions[1]).toMatchObject({
      context: { user_feature_0: '81ce123cbb5b' },
      chosen: 1,
      propensity: 0.0593,
      reward: 1,
      position: '3',
    })
  })
})

describe('a log that is none', () => {
  const row = 'tea,0.5,1,tea|coffee,0.5|0.5,left,phone,31,0.9|0.1,u-1'
  /** The second row with one cell changed. */
  const changed = (column: number, cell: string): string => {
    const cells = row.split(',')
    cells[column] = cell
    return `${CSV.split('\n')[0]}\n${row}\n${cells.join(',')}\n`
  }

  test.each([
    ['no number as a reward', 2, 'much', 'column reward: expected a number, found much'],
    ['NaN as a reward', 2, 'NaN', 'column reward: expected a number, found NaN'],
    ['no reward', 2, '', 'column reward: expected a number, found nothing'],
    ['a propensity of 0', 1, '0', 'column propensity: expected a probability above 0'],
    ['a propensity above 1', 1, '1.5', 'column propensity: expected a probability above 0'],
    ['a negative propensity', 1, '-0.5', 'column propensity: expected a probability above 0'],
    ['NaN as a propensity', 1, 'nan', 'column propensity: expected a probability above 0'],
    ['a choice that was none', 0, 'milk', 'column action: expected one of the candidates'],
    ['no choice', 0, '', 'column action: expected the option that was chosen'],
    ['an option twice', 3, 'tea|tea', 'column candidates: expected candidates that are named once'],
    ['probabilities of 1.1', 4, '0.5|0.6', 'expected probabilities that sum to one, not to 1.1'],
    ['a probability too few', 4, '1', 'expected 2 probabilities, one per candidate'],
    ['words as probabilities', 4, 'half|half', 'expected probabilities such as 0.2|0.8'],
    ['other words on the chosen one', 4, '0.4|0.6', 'the probabilities say 0.4'],
    ['NaN in the context', 7, 'NaN', 'column context.age: expected a number, a text or nothing'],
    [
      'a policy of 0.9',
      8,
      '0.9|0',
      'column new: expected probabilities that sum to one, not to 0.9',
    ],
  ])('%s names line and column', async (_, column, cell, words) => {
    const path = file('bad.csv', changed(column, cell))
    const reading = readDecisionLog(path, { policyColumns: ['new'] })
    await expect(reading).rejects.toMatchObject({ code: 'file_row_invalid', details: { line: 3 } })
    await expect(reading).rejects.toThrow(words)
  })

  test.each([
    ['without a reward', 'action,propensity\na,0.5\nb,0.5\n', 'no column "reward" among "action"'],
    ['with events', 'user,item,time\n1,2,3\n4,5,6\n', 'no column "action", "propensity", "reward"'],
  ])('%s is told what is missing', async (_, content, words) => {
    const reading = readDecisionLog(file('other.csv', content))
    await expect(reading).rejects.toMatchObject({ code: 'decision_log_unclear' })
    await expect(reading).rejects.toThrow(words)
  })

  test('columns that were named must be there', async () => {
    const path = file('log.csv', CSV)
    for (const options of [{ policyColumns: ['old'] }, { mapping: { reward: 'old' } }]) {
      await expect(readDecisionLog(path, options)).rejects.toThrow('no column "old"')
    }
  })

  test('an empty file, one with a header only, one that is cut off, none at all', async () => {
    const empty = readDecisionLog(file('empty.csv', ''))
    await expect(empty).rejects.toMatchObject({ code: 'file_empty' })
    const header = readDecisionLog(file('header.csv', 'action,propensity,reward\n'))
    await expect(header).rejects.toMatchObject({ code: 'file_empty' })
    const packed = gzipSync(CSV.repeat(50))
    const cut = readDecisionLog(file('cut.csv.gz', packed.subarray(0, packed.length - 20)))
    await expect(cut).rejects.toMatchObject({ code: 'file_truncated' })
    const json = readDecisionLog(file('cut.jsonl', JSON_LINES.slice(0, -40)))
    await expect(json).rejects.toMatchObject({ code: 'file_truncated' })
    const none = readDecisionLog(join(folder, 'none.csv'))
    await expect(none).rejects.toMatchObject({ code: 'file_not_found' })
  })
})
