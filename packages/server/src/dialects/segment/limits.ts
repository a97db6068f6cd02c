/** Bounds of the Segment dialect: those of the service that its clients were made for, unless said. */

/** Bytes of a body that is not compressed. */
export const SEGMENT_BODY_BYTES_MAX: number = 500 * 1024
/** Bytes of a compressed body as it arrives; ours. */
export const SEGMENT_COMPRESSED_BYTES_MAX: number = 1024 * 1024
/** Bytes that a compressed body may expand to; ours. */
export const SEGMENT_EXPANDED_BYTES_MAX: number = 4 * 1024 * 1024
/** Messages of one batch. */
export const MESSAGES_PER_BATCH_MAX = 2_500
/** Events that one message may make, one for each entry of a list; ours. */
export const EVENTS_PER_MESSAGE_MAX = 250
/** Characters of a write key that are looked at. */
export const WRITE_KEY_LENGTH_MAX = 200
/** Seconds after which a client may try again when nothing else is known. */
export const RETRY_SECONDS = 1
/** Seconds for which a browser may remember the answer to a preflight. */
export const PREFLIGHT_SECONDS = 600
