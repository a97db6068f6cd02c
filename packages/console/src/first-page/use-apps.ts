import type { AppView } from '@adsum/protocol'
import { type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { server } from '../api.ts'

/** Milliseconds between two looks at how the apps stand; shorter while something is about to change. */
const POLL_MS = 4_000
const POLL_SOON_MS = 1_000

/** The apps and how they stand, asked for gently again and again. */
export function useApps(): UseQueryResult<readonly AppView[]> {
  return useQuery({
    queryKey: ['apps'],
    queryFn: () => server.listApps(),
    refetchInterval: ({ state: { status, data } }) =>
      status === 'success' && data?.every(isUpToDate) ? POLL_MS : POLL_SOON_MS,
  })
}

function isUpToDate({ learning }: AppView): boolean {
  return learning.state === 'idle' && learning.behind === 0
}

/** Fetches an app's shelves anew when something new has been learned. */
export function useFreshShelves(app: AppView | null): void {
  const queries = useQueryClient()
  const name = app?.name
  const model = app?.model?.id
  useEffect(() => {
    if (model !== undefined) void queries.invalidateQueries({ queryKey: ['shelf', name] })
  }, [queries, name, model])
}
