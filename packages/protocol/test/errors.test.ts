import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  AdsumError,
  errorBody,
  errorBodySchema,
  errorMessage,
  errorTable,
  isErrorCode,
} from '../src/index.ts'

test('a message has its placeholders filled, and keeps those without a detail', () => {
  expect(errorMessage('app_unknown', { app: 'shop', known: 'cinema' })).toBe(
    'There is no app called "shop". Known apps: cinema.',
  )
  expect(errorMessage('app_unknown', { app: '{known}' })).toBe(
    'There is no app called "{known}". Known apps: {known}.',
  )
})

test('a detail is put in as it is, whatever it looks like', () => {
  fc.assert(
    fc.property(fc.string(), (reference) => {
      expect(errorMessage('internal', { reference })).toBe(
        `Something went wrong inside. The log has the details under ${reference}.`,
      )
    }),
  )
})

test('every code is a word that programs can use, with a status of a refusal and a sentence', () => {
  for (const [code, { status, message }] of Object.entries(errorTable)) {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(600)
    expect(message).toMatch(/^[A-Z{].*\.$|\?$/s)
  }
})

test('an error knows its status, and its body fits the schema', () => {
  const error = new AdsumError('request_invalid', { problem: 'no' }, { path: 'events[3].value' })
  expect(error.status).toBe(400)
  expect(errorBody(error)).toEqual({
    error: {
      code: 'request_invalid',
      message: 'The request does not fit its schema: no.',
      path: 'events[3].value',
    },
  })
  expect(errorBodySchema.parse(errorBody(new AdsumError('overloaded')))).toEqual({
    error: { code: 'overloaded', message: errorTable.overloaded.message },
  })
})

test('a message that came over the wire is kept', () => {
  const error = new AdsumError('app_unknown', {}, { message: 'No such app.' })
  expect(error.message).toBe('No such app.')
})

test('only codes of the table are codes', () => {
  expect(isErrorCode('overloaded')).toBe(true)
  expect(isErrorCode('toString')).toBe(false)
  expect(isErrorCode('__proto__')).toBe(false)
})
