import { defineApp, event, item, recommend, tags, text } from '@adsum/engine'
import type { Decision } from '@adsum/protocol'
import { expectTypeOf, test } from 'vitest'
import { type Client, createClient } from '../src/index.ts'

const cinema = defineApp({
  name: 'cinema',
  items: { movie: item({ title: text(), genres: tags() }), room: item({ title: text() }) },
  events: { watched: event({ on: 'movie' }), rated: event({ on: 'movie' }) },
  surfaces: { home: recommend({ items: 'movie', goal: { watched: 1 } }) },
})

type Cinema = Client<typeof cinema>
type Question = Parameters<Cinema['decide']>[0]
type SentEvent = Parameters<Cinema['sendEvents']>[0][number]
type SentItem = Parameters<Cinema['putItems']>[0][number]

// The compiler judges these when the types are checked; at run time there is nothing to see.
test('the names of a declaration are the only ones that compile', () => {
  expectTypeOf(createClient<typeof cinema>).returns.toEqualTypeOf<Cinema>()

  expectTypeOf<{ surface: 'home'; user: string }>().toExtend<Question>()
  expectTypeOf<{ surface: 'banner' }>().not.toExtend<Question>()
  expectTypeOf<{ surface: string }>().not.toExtend<Question>()

  expectTypeOf<{ type: 'watched'; user: string; item: string }>().toExtend<SentEvent>()
  expectTypeOf<{ type: 'bought'; user: string }>().not.toExtend<SentEvent>()
  expectTypeOf<{ type: 'watched' }>().not.toExtend<SentEvent>()

  expectTypeOf<{ type: 'movie'; id: string }>().toExtend<SentItem>()
  expectTypeOf<{ type: 'book'; id: string }>().not.toExtend<SentItem>()
})

test('a client without a declaration takes any name', () => {
  expectTypeOf<{ surface: string }>().toExtend<Parameters<Client['decide']>[0]>()
  expectTypeOf<{ type: string; user: string }>().toExtend<
    Parameters<Client['sendEvents']>[0][number]
  >()
})

test('what comes back is what the protocol says', () => {
  expectTypeOf<ReturnType<Cinema['decide']>>().resolves.toEqualTypeOf<Decision>()
})
