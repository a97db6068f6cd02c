import { CROWD_USER } from '@adsum/cinema/banner'
import type { AppView, Receipt } from '@adsum/protocol'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { clientOf } from '../api.ts'
import { BANNER_SURFACE, letPass, type Pace } from './crowd-walk.ts'
import { nothingYet, type Seen, type Sitting, withSeen } from './sitting.ts'

export type PaceName = 'many' | 'gentle'

/** Milliseconds until a server that did not answer is asked again. */
const RETRY_MS = 2_000
/** Browsers keep six connections to a server; one stays for the rest of the page. */
const TOGETHER = 5

export const paces: Readonly<Record<PaceName, Pace>> = {
  many: { people: 200, together: TOGETHER, pauseMs: 0 },
  // A page that is left open ends by itself.
  gentle: { people: 600, together: 1, pauseMs: 900 },
}

export interface Crowd {
  readonly sitting: Sitting
  /** People before the page was opened; `null` while that is not known. */
  readonly before: number | null
  /** How people come by at the moment; `null` when nobody does. */
  readonly pace: PaceName | null
  readonly fault: unknown
  readonly start: (pace: PaceName) => void
  readonly stop: () => void
  readonly forget: () => void
  readonly isForgetting: boolean
  /** Of the last time when everything was forgotten, until people come again. */
  readonly receipt: Receipt | null
}

interface Running {
  readonly end: AbortController
  readonly done: Promise<void>
}

/** The crowd of an app's banner, and what is known of it since the page was opened. */
export function useCrowd(app: AppView): Crowd {
  const client = clientOf(app.name)
  const [sitting, setSitting] = useState(nothingYet)
  const [pace, setPace] = useState<PaceName | null>(null)
  const [fault, setFault] = useState<unknown>(null)
  const running = useRef<Running | null>(null)
  const came = useRef(0)
  const surface = useQuery({
    queryKey: ['surface', app.name],
    queryFn: () => client.readSurface(BANNER_SURFACE),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: ({ state }) => (state.status === 'error' ? RETRY_MS : false),
  })
  const before = surface.data?.decisions ?? null
  useEffect(() => () => running.current?.end.abort(), [])

  const stop = async () => {
    running.current?.end.abort()
    await running.current?.done
  }
  const forget = useMutation({
    mutationFn: async () => {
      await stop()
      return client.eraseUser(CROWD_USER)
    },
    onSuccess: async () => {
      came.current = 0
      setSitting(nothingYet)
      setFault(null)
      await surface.refetch()
    },
  })
  const start = (name: PaceName) => {
    const stopped = stop()
    const end = new AbortController()
    const walk = {
      ...paces[name],
      client,
      signal: end.signal,
      next: () => (before ?? 0) + came.current++,
      onSeen: (seen: readonly Seen[]) => setSitting((sofar) => withSeen(sofar, seen)),
      onAway: setFault,
    }
    const done = stopped
      .then(() => letPass(walk))
      .catch(setFault)
      .finally(() => {
        if (running.current?.end === end) setPace(null)
      })
    running.current = { end, done }
    setPace(name)
    setFault(null)
    forget.reset()
  }
  return {
    sitting,
    before,
    pace,
    fault: fault ?? forget.error ?? surface.error,
    start,
    stop: () => void stop(),
    forget: () => forget.mutate(),
    isForgetting: forget.isPending,
    receipt: forget.data ?? null,
  }
}
