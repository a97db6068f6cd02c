import { movielens1m } from '../accuracy/movielens-1m.ts'
import { peakMemoryMb } from '../machine.ts'
import { serve } from '../served-movielens.ts'
import type { Measured } from './main.ts'

/** Seconds from the ratings file to the first answer of the fitted model, and the memory it took. */
export async function learn(): Promise<Measured> {
  const served = await serve(movielens1m('test'))
  const model = served.app.view().model
  const memory = peakMemoryMb()
  await served.close()
  return {
    ours: round(served.seconds.total),
    peer: null,
    ratio: null,
    unit: 's',
    details: {
      read: round(served.seconds.read),
      record: round(served.seconds.record),
      learn: round(served.seconds.learn),
      features: model?.features,
      modelMb: round((model?.bytes ?? 0) / 1e6),
      peakMemoryMb: memory,
    },
  }
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
