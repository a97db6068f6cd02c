import { AdsumError, BODY_MEMBERS_MAX, BODY_TOKENS_MAX } from '@adsum/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseJson } from '../src/json-parse.ts'

function refusalOf(bytes: Buffer): { code: string; message: string } {
  try {
    parseJson(bytes)
  } catch (error) {
    if (error instanceof AdsumError) return { code: error.code, message: error.message }
    throw error
  }
  throw new Error('it was taken')
}
const refusal = (text: string): string => refusalOf(Buffer.from(text)).code

test('what it takes is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      fc.pre(!text.includes('__proto__'))
      expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text))
    }),
  )
})

test('a body that is empty, not JSON or not UTF-8 is refused with its fault', () => {
  expect(refusal('')).toBe('body_not_json')
  expect(refusalOf(Buffer.from('{"a": 1,}')).message).toMatch(/position 8/)
  expect(refusalOf(Buffer.from([0x22, 0xff, 0x22])).message).toMatch(/not UTF-8/)
})

test('thirty-two levels are taken, thirty-three are not', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
  expect(parseJson(Buffer.from(nested(32)))).toEqual(JSON.parse(nested(32)))
  expect(refusal(nested(33))).toBe('body_too_deep')
})

test('so many values are taken, one more is not', () => {
  const lists = BODY_TOKENS_MAX / BODY_MEMBERS_MAX
  const zeros = (count: number): string => `[${Array(count).fill('0').join(',')}]`
  const list = zeros(BODY_MEMBERS_MAX - 1)
  // Each list is a value itself, and so is what holds them.
  const full = (last: string): string => `[${[...Array(lists - 1).fill(list), last].join(',')}]`
  const taken = zeros(BODY_MEMBERS_MAX - 2)
  expect(parseJson(Buffer.from(full(taken)))).toHaveLength(lists)
  expect(refusal(full(list))).toBe('body_too_complex')
})

test('so many members are taken, one more is not, wherever they stand', () => {
  const list = (count: number): string => `[[], [${Array(count).fill('{"a":[]}').join(',')}]]`
  const keys = (count: number): string =>
    `{"a":{${Array.from({ length: count }, (_, at) => `"k${at}":0`).join(',')}},"b":0}`
  for (const text of [list, keys]) {
    expect(parseJson(Buffer.from(text(BODY_MEMBERS_MAX)))).toBeTypeOf('object')
    expect(refusal(text(BODY_MEMBERS_MAX + 1))).toBe('body_too_wide')
  }
})

test('a prototype never comes from outside, whatever the body', () => {
  const letters = [...'__proto__'].map((letter) => {
    const code = letter.charCodeAt(0).toString(16).padStart(4, '0')
    return fc.constantFrom(letter, `\\u${code}`, `\\u${code.toUpperCase()}`)
  })
  const key = fc.tuple(...letters).map((parts) => parts.join(''))
  const near = fc.constantFrom('', 'x', ' ', '\\"', '\\\\', '_', '\\u0022')
  const space = fc.constantFrom('', ' ', '\n\t')
  const body = fc
    .tuple(near, key, near, space)
    .map(([before, name, after, gap]) => `{"a":[{"${before}${name}${after}"${gap}:{"b":1}}]}`)
  fc.assert(
    fc.property(body, (text) => {
      const { a } = JSON.parse(text)
      const isPoison = Object.hasOwn(a[0], '__proto__')
      if (isPoison) expect(refusal(text)).toBe('request_invalid')
      // The exception that the pattern makes: a quotation mark of the key itself before it.
      else if (!text.includes('\\"')) expect(parseJson(Buffer.from(text))).toEqual({ a })
    }),
  )
})

test('a key that would change a prototype is refused however it is spelt and wherever it stands', () => {
  for (const key of ['__proto__', '\\u005f_proto__', '__pr\\u006fto__', '\\u005F\\u005fproto__']) {
    expect(refusal(`{"${key}": {"admin": true}}`)).toBe('request_invalid')
    expect(refusal(`{"a": [1, {"b": {"${key}": 1}}]}`)).toBe('request_invalid')
  }
  const texts = [
    'the __proto__ key, é',
    '"__proto__": 1',
    '__proto__',
    '\\"__proto__"',
    '__proto__":',
  ]
  for (const text of texts) {
    const value = { text, [`a${text}b`]: [text, { [`${text}:`]: text }] }
    expect(parseJson(Buffer.from(JSON.stringify(value, null, 1)))).toEqual(value)
  }
})
