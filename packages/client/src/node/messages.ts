import type { PlacedEvent, QueuedEvent, QueueSize } from '../queue/queue-store.ts'

/** What the thread of a queue is asked; `number` comes back with the answer. */
export type Request = { readonly number: number } & (
  | { readonly ask: 'append'; readonly events: readonly QueuedEvent[]; readonly most: QueueSize }
  | { readonly ask: 'peek'; readonly most: QueueSize }
  | { readonly ask: 'remove'; readonly places: readonly number[] }
  | { readonly ask: 'size' }
  | { readonly ask: 'close' }
)

/** What is asked, without the number. */
export type Question = Request extends infer Each
  ? Each extends Request
    ? Omit<Each, 'number'>
    : never
  : never

/** The answer to the request of the same number; number 0 is the opening. */
export type Answer = { readonly number: number } & (
  | { readonly events: readonly PlacedEvent[]; readonly size: QueueSize }
  | { readonly problem: string; readonly busy: boolean }
)
