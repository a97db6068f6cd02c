import { gzipSync } from 'node:zlib'
import { AdsumError, idSchema } from '@adsum/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { idProblem, planRows } from '../../src/files/rows.ts'
import { rowsOf, table } from './made-files.ts'

const mapping = {
  user: 'user',
  item: 'item',
  time: 'time',
  value: 'value',
  type: 'type',
  title: 'title',
}
const good = 'ada,tea,2026-11-20 10:00:00,4.5,bought,Green tea'
const file = (...rows: string[]): string =>
  `user,item,time,value,type,title\n${[good, good, good, ...rows].join('\n')}\n`

describe('rows', () => {
  test('become events with their line', async () => {
    const { rows, problems } = await rowsOf(file(), { mapping })
    expect(rows[0]).toEqual({
      line: 2,
      user: 'ada',
      item: 'tea',
      time: Date.UTC(2026, 10, 20, 10),
      value: 4.5,
      type: 'bought',
      title: 'Green tea',
    })
    expect(problems.total).toBe(0)
  })

  test('with semicolons and decimal commas', async () => {
    const { rows } = await rowsOf('user;item;value\nada;tea;4,5\nbob;tea;1.000,25\n', {
      mapping: { user: 'user', item: 'item', value: 'value' },
    })
    expect(rows.map(({ value }) => value)).toEqual([4.5, 1000.25])
  })

  test('without a value, a title or blanks around ids are still good', async () => {
    const { rows, problems } = await rowsOf(file(' bob , tea ,2026-11-20,NA,bought,'), { mapping })
    expect(problems.kept).toEqual([])
    expect(rows.at(-1)).toMatchObject({ user: 'bob', item: 'tea', value: null, title: null })
  })

  test.each([
    [',tea,2026-11-20,1,bought,', 'user', 'an identifier', 'nothing'],
    ['NULL,tea,2026-11-20,1,bought,', 'user', 'an identifier', 'NULL'],
    [`ada,${'x'.repeat(101)},2026-11-20,1,b,`, 'item', 'an identifier of at most 100 char', 'xxx'],
    ['ada,tea,2026-11-22,1,bought,', 'time', 'a time that has passed', '2026-11-22'],
    ['ada,tea,1969-12-31,1,bought,', 'time', 'a time after 1970-01-01', '1969-12-31'],
    ['ada,tea,yesterday,1,bought,', 'time', 'a time such as', 'yesterday'],
    ['ada,tea,,1,bought,', 'time', 'a time such as', 'nothing'],
    ['ada,tea,2026-11-20,many,bought,', 'value', 'a number', 'many'],
    ['ada,tea,2026-11-20,1,,', 'type', 'an identifier', 'nothing'],
    ['ada,tea', '(row)', '6 columns', '2'],
  ])('%j is a problem', async (row, column, expected, found) => {
    const { rows, problems } = await rowsOf(file(row, good), { mapping })
    expect(rows).toHaveLength(4)
    const [problem] = problems.kept
    expect(problem).toMatchObject({ line: 5, column })
    expect(problem?.expected).toContain(expected)
    expect(problem?.found).toContain(found)
    await expect(rowsOf(file(row, good), { mapping, onProblem: 'stop' })).rejects.toMatchObject({
      code: 'file_row_invalid',
      details: { line: 5, column },
    })
  })

  test('only the first hundred problems are kept, all are counted', async () => {
    const bad = Array.from({ length: 150 }, () => ',tea,2026-11-20,1,bought,')
    const { problems } = await rowsOf(file(...bad), { mapping })
    expect(problems.total).toBe(150)
    expect(problems.kept).toHaveLength(100)
  })

  test('a cut-off file is said to be truncated', async () => {
    const cut = `${file(good, good)}${good.slice(0, 12)}`
    await expect(rowsOf(cut, { mapping, onProblem: 'stop' })).rejects.toMatchObject({
      code: 'file_truncated',
      details: { line: 7 },
    })
    expect((await rowsOf(cut, { mapping })).rows).toHaveLength(5)
  })
})

test('identifiers are good exactly when the wire takes them', () => {
  const unit = fc.constantFrom('a', '.', '\u0000', '\ud800', 'é', '漢', '\u0085')
  fc.assert(
    fc.property(fc.string({ unit, minLength: 1, maxLength: 4 }), (id) => {
      expect(idProblem(id) === null).toBe(idSchema.safeParse(id).success)
    }),
  )
})

describe('bytes that are not UTF-8', () => {
  const latin = Buffer.concat([
    Buffer.from('user,item,title\nada,tea,Green\nbob,cafe,'),
    Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x80]),
    Buffer.from('\ncleo,tea,Green\n'),
  ])
  const titled = { user: 'user', item: 'item', title: 'title' }

  test('are a problem with line, column and what to try', async () => {
    const { rows, problems } = await rowsOf(latin, { mapping: titled })
    expect(rows.map(({ user }) => user)).toEqual(['ada', 'cleo'])
    expect(problems.kept[0]).toMatchObject({ line: 3, column: 'title', expected: 'UTF-8 text' })
    expect(problems.kept[0]?.found).toContain('windows-1252')
    await expect(rowsOf(latin, { mapping: titled, onProblem: 'stop' })).rejects.toMatchObject({
      code: 'file_encoding_invalid',
      details: { line: 3, column: 'title' },
    })
  })

  test('do no harm in a column that is not used', async () => {
    expect((await rowsOf(latin)).problems.total).toBe(0)
  })

  test.each([
    ['windows-1252', 'café €'],
    ['latin-1', 'café \u0080'],
  ] as const)('are text when the encoding %s is named', async (encoding, title) => {
    const { rows } = await rowsOf(latin, { mapping: titled, hints: { encoding } })
    expect(rows[1]?.title).toBe(title)
  })
})

describe('the plan of reading', () => {
  const ambiguous = 'user,item,date\nada,tea,01/02/2026\nbob,tea,03/04/2026\n'
  const dated = { user: 'user', item: 'item', time: 'date' }

  test('needs the mapped columns', async () => {
    const made = await table(file())
    expect(() => planRows(made, { user: 'who', item: 'item' })).toThrow('there is no column "who"')
  })

  test('needs values of the kind that is mapped', async () => {
    const made = await table(file())
    expect(() => planRows(made, { user: 'user', item: 'item', value: 'title' })).toThrow(
      'the values of "title" are no numbers',
    )
    expect(() => planRows(made, { user: 'user', item: 'item', time: 'title' })).toThrow(
      'the values of "title" are no times',
    )
  })

  test('asks for the order of ambiguous dates, and takes it', async () => {
    const made = await table(ambiguous)
    expect(() => planRows(made, dated)).toThrow('could have the day or the month first')
    expect(planRows(made, dated, 'month-first').time?.format).toBe('month-first')
  })
})

test('whatever bytes come, there are rows or a coded error', async () => {
  const words = fc.constantFrom(
    'user',
    'item',
    ',',
    ';',
    '"',
    '\n',
    '\r',
    '{',
    '}',
    ':',
    '1',
    '\uFEFF',
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.array(words, { maxLength: 40 }).map((parts) => Buffer.from(parts.join(''))),
    fc.array(words, { maxLength: 20 }).map((parts) => gzipSync(parts.join('')).subarray(0, 30)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      try {
        const [user = '', item = ''] = (await table(content)).columns
        await rowsOf(content, { mapping: { user, item } })
      } catch (fault) {
        expect(fault).toBeInstanceOf(AdsumError)
      }
    }),
    { numRuns: 300 },
  )
})
