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
function surfaceOf({ declaration }: AppApi): {
  readonly surface: string
  readonly settings: DecideSurfaceView
} {
  const surface = declaration.dialects?.personalizer?.surface
  const settings = surface === undefined ? undefined : declaration.surfaces?.[surface]
  if (surface !== undefined && settings?.verb === 'decide') return { surface, settings }
  throw new Fault('ResourceNotFound', 'This app answers no Personalizer clients.')
}

/** Opens the loop of an app; what it remembers comes from the app's notes. */
export async function openLoop(
  app: AppApi,
  engine: Pick<EngineApi, 'app' | 'clock'>,
): Promise<Loop> {
  const { name } = app.declaration
  return {
    app,
    ...surfaceOf(app),
    now: () => engine.clock.now(),
    state: await LoopState.read(() => engine.app(name).notes),
    orphans: new Orphans(),
    slots: new RecentSlots(),
  }
}

/** The loop after its app was opened anew with other settings. */
export function reopened(loop: Loop, app: AppApi): Loop {
  return { ...loop, app, ...surfaceOf(app) }
}

/** Whether an error says that there is no such decision. */
export function isUnknownDecision(fault: unknown): boolean {
  return fault instanceof AdsumError && fault.code === 'decision_unknown'
}
