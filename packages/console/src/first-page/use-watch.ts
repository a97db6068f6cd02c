import type { Choice } from '@adsum/protocol'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { clientOf } from '../api.ts'
import { changesSince } from '../shelf/changes.ts'
import { type ShelfQuestion, type ShelfView, shelfKey } from '../shelf/use-shelf.ts'

interface Watch {
  /** Records that a film was watched and fetches the shelf that follows. */
  readonly watch: (choice: Choice) => void
  /** The film that is being recorded. */
  readonly watching: string | null
  /** The shelf as it was before the last film. */
  readonly before: readonly string[] | null
  /** What happened, in a sentence. */
  readonly said: string
  readonly fault: unknown
}

/** The move "watch this" of one person. */
export function useWatch(question: ShelfQuestion, name: string): Watch {
  const queries = useQueryClient()
  const [before, setBefore] = useState<readonly string[] | null>(null)
  const [said, setSaid] = useState('')
  const key = shelfKey(question)
  const shelfNow = () =>
    queries.getQueryData<ShelfView>(key)?.decision.choices.map(({ item }) => item) ?? []
  const mutation = useMutation({
    mutationFn: async ({ item }: Choice) => {
      await record(question, item)
      const earlier = shelfNow()
      setBefore(earlier)
      await queries.invalidateQueries({ queryKey: ['shelf', question.app.name, question.user] })
      return earlier
    },
    onSuccess: (earlier, { title }) => {
      setSaid(sentenceFor(name, title, earlier, shelfNow()))
      return queries.invalidateQueries({ queryKey: ['apps'] })
    },
  })
  return {
    watch: (choice) => {
      if (!mutation.isPending) mutation.mutate(choice)
    },
    watching: mutation.isPending ? mutation.variables.item : null,
    before,
    said,
    fault: mutation.error,
  }
}

async function record({ app, user }: ShelfQuestion, item: string): Promise<void> {
  const type = app.eventTypes[0] ?? ''
  const [result] = await clientOf(app.name).sendEvents([{ type, user, item }])
  if (result?.status === 'accepted') return
  throw new Error(result?.message ?? 'The event was not recorded.')
}

function sentenceFor(
  name: string,
  title: string,
  before: readonly string[],
  now: readonly string[],
): string {
  const changes = changesSince(before, now)
  const fresh = changes.filter((change) => change === 'new').length
  const moved = changes.filter((change) => typeof change === 'number').length
  const films = fresh === 1 ? 'one film is new' : `${fresh} films are new`
  return `${name} watched ${title}: ${films}, ${moved} moved.`
}
