import { type StoreLoad, SYNC_BUCKETS_MS } from '../ports.ts'

/** The load of several stores that share a disk: what waits in all, and the longest that a write takes. */
export function totalLoad(loads: readonly StoreLoad[]): StoreLoad {
  const sum = (of: (load: StoreLoad) => number) =>
    loads.reduce((total, load) => total + of(load), 0)
  return {
    queuedBytes: sum((load) => load.queuedBytes),
    syncMs: Math.max(0, ...loads.map((load) => load.syncMs)),
    groups: sum((load) => load.groups),
    syncs: {
      boundsMs: SYNC_BUCKETS_MS,
      atMost: SYNC_BUCKETS_MS.map((_, at) => sum(({ syncs }) => syncs.atMost[at] ?? 0)),
      total: sum(({ syncs }) => syncs.total),
      sumMs: sum(({ syncs }) => syncs.sumMs),
    },
  }
}
