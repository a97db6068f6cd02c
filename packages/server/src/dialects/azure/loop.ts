import { AdsumError } from '@adsum/protocol'
import type { AppApi, DecideSurfaceView, EngineApi } from '../../engine-api.ts'
import { Fault } from './faults.ts'
import { LoopState } from './loop-state.ts'
import { Orphans } from './orphans.ts'
import { RecentSlots } from './recent-slots.ts'

/** One app as clients of the protocol know it: a single place where choices are learned. */
export interface Loop {
  readonly app: AppApi
  /** The surface that answers. */
  readonly surface: string
  readonly settings: DecideSurfaceView
  readonly state: LoopState
  /** Milliseconds since 1970 UTC. */
  now(): number
  readonly orphans: Orphans
  readonly slots: RecentSlots
}

/** @throws Fault `ResourceNotFound` when the app declares no surface for these clients */
export function surfaceOf({ declaration }: AppApi): {
  readonly surface: string
  readonly settings: DecideSurfaceView
} {
  const surface = declaration.dialects?.personalizer?.surface
  const settings = surface === undefined ? undefined : declaration.surfaces?.[surface]
  if (surface !== undefined && settings?.verb === 'decide') return { surface, settings }
  throw new Fault('ResourceNotFound', 'This app answers no Personalizer clients.')
}

/** Opens the loop of an app; what it remembers comes from the app's notes. */
export async function openLoop(app: AppApi, clock: EngineApi['clock']): Promise<Loop> {
  const { surface, settings } = surfaceOf(app)
  return {
    app,
    surface,
    settings,
    state: await LoopState.read(app.notes),
    now: () => clock.now(),
    orphans: new Orphans(),
    slots: new RecentSlots(),
  }
}

/** Whether an error says that there is no such decision. */
export function isUnknownDecision(fault: unknown): boolean {
  return fault instanceof AdsumError && fault.code === 'decision_unknown'
}
