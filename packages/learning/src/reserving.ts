import { LearningError } from './errors.ts'

/**
 * Turns the kernels' complaint that memory does not suffice into an error with a code. Only for calls
 * whose sole RangeError is that one.
 */
export function reserving<Result>(reserve: () => Result): Result {
  try {
    return reserve()
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new LearningError('statistics_full', cause.message)
  }
}
