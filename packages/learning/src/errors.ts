/** What can go wrong inside learning. The engine turns a code into an answer for people. */
export const learningErrorCodes = [
  /** A number, a length or a name lies outside what a function takes: a fault of the caller. */
  'argument_invalid',
  /** The statistics hold as many items as they were made for, or memory ran out. */
  'statistics_full',
  /** A total would leave the range in which integers are exact. */
  'statistics_overflow',
  /** The statistics are being read, or many people added: the change must wait until that is done. */
  'statistics_busy',
  /** Nothing has been learned that a model could be fitted to. */
  'statistics_empty',
  /** The matrix of a fit is not positive definite: the configured penalties are too small. */
  'fit_not_positive_definite',
  /** Bytes are not what they claim to be: truncated, altered or of another format. */
  'bytes_invalid',
] as const

/** One of {@link learningErrorCodes}. */
export type LearningErrorCode = (typeof learningErrorCodes)[number]

/** An error with a code that callers can act on. */
export class LearningError extends Error {
  readonly code: LearningErrorCode

  constructor(code: LearningErrorCode, message: string) {
    super(message)
    this.name = 'LearningError'
    this.code = code
  }
}

/** Refuses an argument that breaks a precondition. */
export function requireArgument(holds: boolean, problem: string): asserts holds {
  if (!holds) throw new LearningError('argument_invalid', problem)
}

/** Runs `read`; what it refuses as an argument is then a fault of the bytes that it came from. */
export function readingBytes<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof LearningError) || error.code !== 'argument_invalid') throw error
    throw new LearningError('bytes_invalid', error.message)
  }
}
