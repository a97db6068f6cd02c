import { allocatorSettings } from '@adsum/engine/at-rest'
import { expect, test } from 'vitest'
import { allocatorEnvironment } from '../src/allocator.ts'

const server = { platform: 'linux', words: ['start'], environment: { HOME: '/home/ada' } }

test('a server on Linux begins anew with the settings of its allocator, once', () => {
  const environment = allocatorEnvironment(server)
  expect(environment).toEqual({ HOME: '/home/ada', ...allocatorSettings })
  expect(allocatorEnvironment({ ...server, environment: environment ?? {} })).toBeNull()
})

test('nothing else does, nor a server whose allocator somebody set', () => {
  expect(allocatorEnvironment({ ...server, platform: 'darwin' })).toBeNull()
  expect(allocatorEnvironment({ ...server, words: ['doctor'] })).toBeNull()
  const environment = { MALLOC_ARENA_MAX: '4' }
  expect(allocatorEnvironment({ ...server, environment })).toBeNull()
})
