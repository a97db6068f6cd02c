import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CsvSplitter, type Dialect, type TableEntry } from '../../src/files/csv.ts'
import { inferDialect } from '../../src/files/dialect.ts'
import { cellsOf, entriesOf, table } from './made-files.ts'

const quoted = (cell: string): string => `"${cell.replaceAll('"', '""')}"`

/** Writes a table the way a careful program does: quotation marks where they are needed. */
function write(rows: readonly (readonly string[])[], delimiter: string, lineEnd: string): string {
  const needsQuotes = (cell: string): boolean =>
    cell === '' || cell.includes(delimiter) || /["\r\n]|^\s|\s$/.test(cell)
  return rows
    .map((row) => row.map((cell) => (needsQuotes(cell) ? quoted(cell) : cell)).join(delimiter))
    .join(lineEnd)
}

const dialects = fc.constantFrom<Dialect['delimiter']>(',', ';', '\t', '|')
const lineEnds = fc.constantFrom('\n', '\r\n', '\r')
const cells = fc.string({
  unit: fc.constantFrom(...'ab7 é€漢,;|\t"\'\n\r.'.split('')),
  maxLength: 8,
})
const tables = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 8 }))
  .chain(([columns, rows]) =>
    fc.array(fc.array(cells, { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  )

function split(bytes: Buffer, dialect: Dialect, cut: number): TableEntry[] {
  const splitter = new CsvSplitter(dialect)
  const entries: TableEntry[] = []
  for (let at = 0; at < bytes.length; at += cut) {
    entries.push(...splitter.write(bytes.subarray(at, at + cut)))
  }
  return [...entries, ...splitter.finish()]
}

describe('splitting CSV', () => {
  test('whatever was written is read back, however the bytes arrive', () => {
    fc.assert(
      fc.property(
        tables,
        dialects,
        lineEnds,
        fc.integer({ min: 1, max: 40 }),
        (rows, delimiter, lineEnd, cut) => {
          const bytes = Buffer.from(write(rows, delimiter, lineEnd))
          const entries = split(bytes, { delimiter, quoted: true }, cut)
          const expected = rows.filter((row) => row.some((cell) => cell !== ''))
          expect(cellsOf(entries)).toEqual(expected)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('every row knows the line that it begins in', () => {
    fc.assert(
      fc.property(tables, fc.integer({ min: 1, max: 40 }), (rows, cut) => {
        const filled = rows.map((row) => ['x', ...row])
        const bytes = Buffer.from(write(filled, ',', '\n'))
        const lines: number[] = []
        let line = 1
        for (const row of filled) {
          lines.push(line)
          line += 1 + (write([row], ',', '\n').match(/\r\n|\n|\r/g)?.length ?? 0)
        }
        const entries = split(bytes, { delimiter: ',', quoted: true }, cut)
        expect(entries.map((entry) => entry.line)).toEqual(lines)
      }),
      { numRuns: 200 },
    )
  })

  test('a quotation that is never closed costs its line and no other', () => {
    const rows = Array.from({ length: 50 }, (_, row) => `u${row},item ${row}`)
    rows[20] = 'u20,"item 20'
    const entries = split(Buffer.from(`${rows.join('\n')}\n`), { delimiter: ',', quoted: true }, 64)
    expect(cellsOf(entries)).toHaveLength(49)
    expect(entries[20]).toMatchObject({ line: 21, kind: 'quote', found: '"item 20' })
  })

  test('a stray quotation does not swallow the row after it', () => {
    const text = 'u1,"12 inch,3\nu2,"x",2\nu3,y,1\n'
    const entries = split(Buffer.from(text), { delimiter: ',', quoted: true }, 1000)
    expect(cellsOf(entries)).toEqual([
      ['u2', 'x', '2'],
      ['u3', 'y', '1'],
    ])
    expect(entries[0]).toMatchObject({ line: 1, kind: 'quote' })
  })

  test('an inch mark inside a field is a character', () => {
    const entries = split(Buffer.from('u1,12" plate,3\n'), { delimiter: ',', quoted: true }, 5)
    expect(cellsOf(entries)).toEqual([['u1', '12" plate', '3']])
  })

  test('a quotation that ends with the file is a truncated file', () => {
    const entries = split(Buffer.from('u1,a\nu2,"b'), { delimiter: ',', quoted: true }, 3)
    expect(entries.at(-1)).toMatchObject({ line: 2, kind: 'truncated' })
  })

  test('gives up on a file of broken quotations in bounded time', () => {
    const line = (row: number): string => `u${row},"item\n`
    const text = Array.from({ length: 5_000 }, (_, row) => line(row)).join('')
    const entries = split(Buffer.from(text), { delimiter: ',', quoted: true }, 65_536)
    expect(entries.at(-1)).toMatchObject({ kind: 'given-up' })
    expect(entries.length).toBeLessThan(1_100)
  })
})

describe('the dialect', () => {
  const infer = (text: string) => inferDialect({ bytes: Buffer.from(text), complete: true })

  test.each([
    ['comma', 'user,item,value\na,b,"1,5"\nc,d,2\n', ','],
    ['semicolon with decimal commas', 'user;item;value\na;b;1,5\nc;d;2,5\n', ';'],
    ['tab beside text with commas', 'user\titem\ttitle\na\tb\tOne, two\nc\td\tThree\n', '\t'],
    ['pipe', 'user|item\na|b\nc|d\n', '|'],
    ['double colon', '1::1193::5::978300760\n1::661::3::978302109\n', '::'],
    ['space where nothing else fits', '1 1\n1 2\n2 1\n', ' '],
  ])('%s', (_, text, delimiter) => {
    expect(infer(text)?.delimiter).toBe(delimiter)
  })

  test('is none where rows have nothing in common', () => {
    expect(infer('Dear Sir or Madam\nthank you\nfor\nyour letter of yesterday\n')).toBeNull()
  })

  test('takes quotation marks for characters when fields are not enclosed by them', () => {
    const rows = Array.from({ length: 20 }, (_, row) => `u${row}\t"open ${row}\t${row}`)
    expect(infer(`user\ttitle\tn\n${rows.join('\n')}\n`)).toEqual({
      delimiter: '\t',
      quoted: false,
    })
  })
})

describe('a table', () => {
  test('drops the byte order mark and finds the header', async () => {
    const made = await table('\uFEFFuser;item\r\nada;Tee\r\n')
    expect(made.columns).toEqual(['user', 'item'])
    expect(await entriesOf(made)).toEqual([{ line: 2, cells: ['ada', 'Tee'] }])
  })

  test('reads UTF-16 as spreadsheets write it', async () => {
    const made = await table(Buffer.from('\uFEFFuser\titem\nada\tgrün\n', 'utf16le'))
    expect(cellsOf(await entriesOf(made))).toEqual([['ada', 'grün']])
  })

  test('without a header numbers its columns', async () => {
    const made = await table('1,10,5\n1,11,4\n2,10,3\n')
    expect(made.named).toBe(false)
    expect(made.columns).toEqual(['column 1', 'column 2', 'column 3'])
    expect(await entriesOf(made)).toHaveLength(3)
  })

  test('tells repeated column names apart', async () => {
    const made = await table('user,item,item\na,1,x\nb,2,y\n')
    expect(made.columns).toEqual(['user', 'item', 'item (2)'])
  })

  test('a row with too few or too many columns is a fault with its line', async () => {
    const made = await table('user,item,value\na,1,2\nb,1\nc,1,2,3\nd,1,2,\ne,1,1\nf,1,1\ng,1,1\n')
    const entries = await entriesOf(made)
    expect(
      entries.map((entry) => ('kind' in entry ? [entry.line, entry.found] : entry.line)),
    ).toEqual([2, [3, '2'], [4, '4'], 5, 6, 7, 8])
  })

  test('a last row without its columns and line end is a truncated file', async () => {
    const entries = await entriesOf(await table('user,item,value\na,1,2\nb,2,2\nc,1'))
    expect(entries.at(-1)).toMatchObject({ line: 4, kind: 'truncated' })
  })

  test('JSON Lines with nested objects', async () => {
    const made = await table('{"user":{"id":1},"item":"a"}\n\n{"item":"b","user":{"id":2},"n":3}\n')
    expect(made.columns).toEqual(['user.id', 'item', 'n'])
    expect(await entriesOf(made)).toEqual([
      { line: 1, cells: ['1', 'a', ''] },
      { line: 3, cells: ['2', 'b', '3'] },
    ])
  })

  test('a broken line of JSON is a fault, a cut-off one a truncated file', async () => {
    const made = await table('{"user":1,"item":2}\n{"user":1,\n{"user":3,"item":4}\n{"user":5,"it')
    const entries = await entriesOf(made)
    expect(entries.map((entry) => ('kind' in entry ? entry.kind : 'row'))).toEqual([
      'row',
      'syntax',
      'row',
      'truncated',
    ])
  })

  test.each([
    ['', 'file_empty'],
    ['\n\n', 'file_empty'],
    ['[{"user":1}]', 'file_columns_unclear'],
    ['one\ntwo\nthree\n', 'file_columns_unclear'],
  ])('refuses %j', async (text, code) => {
    await expect(table(text)).rejects.toMatchObject({ code })
  })
})
