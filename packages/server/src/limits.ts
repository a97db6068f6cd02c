/** Bounds of the process itself; those of the wire are in `@adsum/protocol`. */

/** Milliseconds in which the headers of a request must arrive. */
export const HEADERS_MS_MAX = 10_000
/** Milliseconds in which a JSON body must arrive. */
export const BODY_MS_MAX = 30_000
/** Milliseconds in which a whole request must arrive: the largest file over a slow line. */
export const REQUEST_MS_MAX = 10 * 60_000
/** Milliseconds between two looks for requests that are overdue. */
export const OVERDUE_CHECK_MS = 2_000
/** Milliseconds that a refused body is still read and thrown away, so that the refusal gets through. */
export const DRAIN_MS_MAX = 10_000
/** Milliseconds that requests under way are given when the server closes. */
export const CLOSE_MS_MAX = 10_000
/** Bytes of the headers of one request. */
export const HEADER_BYTES_MAX = 16 * 1024
/** Bytes from which a JSON body is parsed in a turn of the event loop of its own. */
export const LARGE_BODY_BYTES = 128 * 1024
/** Bytes of JSON bodies that may be arriving at one moment; beyond it requests are refused. */
export const BODY_BYTES_ARRIVING_MAX = 256 * 1024 * 1024
/** Open connections; further ones are closed at once. */
export const CONNECTIONS_MAX = 2_000
/** Bytes that one character of an identifier may take in a URL: three UTF-8 bytes as `%XX`. */
export const URL_BYTES_PER_CHARACTER_MAX = 9
/** Characters of what a message says about a fault in the request. */
export const PROBLEM_LENGTH_MAX = 300
/** Seconds that a browser may keep a file whose name changes with its content. */
export const ASSET_AGE_SECONDS = 365 * 24 * 60 * 60
