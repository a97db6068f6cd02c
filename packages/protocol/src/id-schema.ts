import { z } from 'zod'
import { ID_LENGTH_MAX } from './limits.ts'

/**
 * An identifier: one to a hundred characters. Control characters and unpaired surrogates are refused
 * because they do not survive storage and URLs; so are `.` and `..`, which a URL swallows.
 */
export const idSchema = z
  .string()
  .min(1)
  .max(ID_LENGTH_MAX)
  .regex(
    /^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]+$/u,
    'must be well-formed text without control characters, and neither "." nor ".."',
  )
