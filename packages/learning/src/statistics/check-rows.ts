import { LearningError, requireArgument } from '../errors.ts'

/** Checks what every sum over rows demands of its arguments. */
export function checkRows(
  sequence: Int32Array,
  rowStart: number,
  rowEnd: number,
  itemCount: number,
): void {
  requireArgument(
    rowStart >= 0 && rowStart <= rowEnd && rowEnd <= sequence.length,
    `rows ${rowStart} to ${rowEnd} do not lie within ${sequence.length} events`,
  )
  for (const item of sequence) {
    if (item < -1 || item >= itemCount) {
      throw new LearningError('argument_invalid', `there is no item with the raw id ${item}`)
    }
  }
}
