/** Bounds of reading a log of decisions. */

/** Decisions of one log: they are held in memory. */
export const DECISIONS_MAX = 1_000_000
/** Options of one decision. */
export const CANDIDATES_MAX = 1_000
/** Options of all decisions together: a prediction is kept for each, 8 bytes. */
export const OPTIONS_MAX = 50_000_000
