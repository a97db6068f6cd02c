import { AdsumError } from '@adsum/protocol'
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

test('a quarter of a million values are taken, one more is not', () => {
  const zeros = (count: number): string => `[${Array(count).fill('0').join(',')}]`
  expect(parseJson(Buffer.from(zeros(249_999)))).toHaveLength(249_999)
  expect(refusal(zeros(250_000))).toBe('body_too_complex')
})

test('a key that would change a prototype is refused however it is spelt and wherever it stands', () => {
  for (const key of ['__proto__', '\\u005f_proto__', '__pr\\u006fto__', '\\u005F\\u005fproto__']) {
    expect(refusal(`{"${key}": {"admin": true}}`)).toBe('request_invalid')
    expect(refusal(`{"a": [1, {"b": {"${key}": 1}}]}`)).toBe('request_invalid')
  }
  expect(parseJson(Buffer.from('{"text": "the __proto__ key, \\u00e9"}'))).toEqual({
    text: 'the __proto__ key, é',
  })
})
