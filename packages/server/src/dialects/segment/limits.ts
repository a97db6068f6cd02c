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
/** Events that the messages of one request may make together; ours. */
export const EVENTS_PER_DELIVERY_MAX = 10_000
/** Seconds after which a client may try again when nothing else is known. */
export const RETRY_SECONDS = 1
