import type { Job } from '@adsum/protocol'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { server } from '../api.ts'

/** Milliseconds between two looks at how far work is. */
const POLL_MS = 400

/** Work on the server, followed until it is done or has failed; idle while there is none. */
export function useJob(started: Job | undefined): UseQueryResult<Job> {
  return useQuery({
    queryKey: ['job', started?.job],
    queryFn: () => server.readJob(started?.job ?? ''),
    enabled: started !== undefined,
    refetchInterval: ({ state }) => (state.data?.state === 'running' ? POLL_MS : false),
    staleTime: Number.POSITIVE_INFINITY,
  })
}
