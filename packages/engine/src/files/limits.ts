/** Bounds of reading people's files. Every one has its unit in its name. */

/** Unpacked bytes looked at to understand a file. */
export const SAMPLE_BYTES_MAX: number = 512 * 1024
/** Rows looked at to understand a file. */
export const SAMPLE_ROWS_MAX = 5_000
/** Bytes of one record; a quotation that stays open longer counts as broken. */
export const RECORD_BYTES_MAX: number = 256 * 1024
/** Broken quotations after which a file is given up: each costs reading up to a record anew. */
export const BROKEN_QUOTES_MAX = 1_000
/** Columns of a file. */
export const COLUMNS_MAX = 500
/** Bytes of a file once unpacked; a small archive can hold very much. */
export const UNPACKED_BYTES_MAX: number = 4 * 1024 * 1024 * 1024
/** Rows kept in memory at about 40 bytes each. */
export const ROWS_MAX = 10_000_000
/** Problems kept with their place; further ones are only counted. */
export const PROBLEMS_KEPT_MAX = 100
/** Different event types; a column with more of them is not a type of event. */
export const EVENT_TYPES_MAX = 20
/** Characters of a found value quoted in a problem or shown as an example. */
export const QUOTED_LENGTH_MAX = 60
/** Examples per column. */
export const EXAMPLES_MAX = 3
/** Rows shown in a preview. */
export const PREVIEW_ROWS_MAX = 5
/** Events handed to the engine at once. */
export const IMPORT_BATCH_EVENTS = 5_000
