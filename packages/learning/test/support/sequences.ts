import { type SequenceConfiguration, sequenceConfiguration } from '@adsum/learning'
import fc from 'fast-check'

/** Two short scales whose sums can be followed by hand: the last event; the last three. */
export const shortScales: SequenceConfiguration = sequenceConfiguration('short', [
  { weights: Int32Array.of(4) },
  { weights: Int32Array.of(3, 2, 1) },
])

/** The same look-back with weights of ordinary size. */
export const nearScales: SequenceConfiguration = sequenceConfiguration('near', [
  { weights: Int32Array.of(256) },
  { weights: Int32Array.of(192, 128, 64) },
])

/** Sequences of few items, so that items repeat; -1 is an item that is not learned. */
export function sequenceOf(items: number, maxLength = 12): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: -1, max: items - 1 }), { maxLength })
}

export function letters(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String.fromCharCode(97 + index))
}
