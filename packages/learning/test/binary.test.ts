import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BinaryReader } from '../src/binary-reader.ts'
import { BinaryWriter } from '../src/binary-writer.ts'

const integers = fc
  .maxSafeInteger()
  .filter((value) => Math.abs(value) <= 2 ** 52 && !Object.is(value, -0))

test('what is written reads back', () => {
  fc.assert(
    fc.property(fc.array(integers), fc.array(fc.string({ unit: 'grapheme' })), (numbers, texts) => {
      const writer = new BinaryWriter()
      for (const value of numbers) {
        writer.signed(value)
        writer.unsigned(Math.abs(value))
      }
      for (const text of texts) writer.text(text)
      const reader = new BinaryReader(writer.finish())
      for (const value of numbers) {
        expect(reader.signed()).toBe(value)
        expect(reader.unsigned()).toBe(Math.abs(value))
      }
      for (const text of texts) expect(reader.text()).toBe(text)
      reader.expectLeft(0)
    }),
  )
})

test('a text keeps the byte order mark that it begins with', () => {
  const writer = new BinaryWriter()
  writer.text('\ufeffname')
  expect(new BinaryReader(writer.finish()).text()).toBe('\ufeffname')
})

test('small numbers take one byte', () => {
  const writer = new BinaryWriter()
  writer.unsigned(127)
  writer.signed(-64)
  expect(Array.from(writer.finish())).toEqual([127, 127])
})

test('bytes that end too early, numbers out of range and bad text are refused', () => {
  const refused = expect.objectContaining({ code: 'bytes_invalid' })
  expect(() => new BinaryReader(Uint8Array.of(0x80)).unsigned()).toThrow(refused)
  expect(() => new BinaryReader(Uint8Array.of(5)).unsigned(4)).toThrow(refused)
  expect(() => new BinaryReader(new Uint8Array(20).fill(0xff)).unsigned()).toThrow(refused)
  expect(() => new BinaryReader(Uint8Array.of(1, 0xff)).text()).toThrow(refused)
  expect(() => new BinaryReader(Uint8Array.of(9)).expectLeft(0)).toThrow(refused)
})
