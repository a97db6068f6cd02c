/** Bounds of the wire. Every one has its unit in its name; larger requests get a coded error. */

/** Bytes of a JSON body. */
export const BODY_BYTES_MAX = 4 * 1024 * 1024
/** Levels of nesting of a JSON body, checked before it is parsed. */
export const BODY_DEPTH_MAX = 32
/**
 * Values and keys of a JSON body, checked before it is parsed: some 50 ms of work if every key is another
 * one. A request of as many events or items as may be, each with everything it may have, fits or is sent
 * in two.
 */
export const BODY_TOKENS_MAX = 120_000
/**
 * Members of one array or object of a JSON body, checked before it is parsed. Nothing that an event of 32 KiB
 * can say has as many.
 */
export const BODY_MEMBERS_MAX = 5_000
/** Events in one request. */
export const EVENTS_PER_REQUEST_MAX = 500
/** Bytes of one event as JSON. */
export const EVENT_BYTES_MAX = 32 * 1024
/** Items in one request. */
export const ITEMS_PER_REQUEST_MAX = 1_000
/** Characters of an identifier (event, user, item, surface, app). */
export const ID_LENGTH_MAX = 100
/** Characters of a text attribute. */
export const TEXT_LENGTH_MAX = 2_000
/** Tags of one attribute. */
export const TAGS_MAX = 50
/** Keys of a context or of attributes. */
export const KEYS_MAX = 100
/** Choices in one answer. */
export const CHOICES_MAX = 100
/** Choices in one answer when the request does not say. */
export const CHOICES_DEFAULT = 20
/** Actions of one decision. */
export const ACTIONS_MAX = 500
/** Levels of nesting of the features of a request or an action. */
export const FEATURES_DEPTH_MAX = 8
/** Features of a request, and of one action. */
export const FEATURES_MAX = 500
/** Characters of the name of a feature, its path included, and of a text among features. */
export const FEATURE_LENGTH_MAX = 200
/** Milliseconds after the end of its window in which a reward that happened before may still arrive. */
export const REWARD_GRACE_MS = 7 * 24 * 60 * 60 * 1000
/** Reasons named one by one in an answer; the rest is summed up in one. */
export const REASONS_NAMED_MAX = 5
/** Milliseconds that an event's time may lie ahead of the server's clock. */
export const CLOCK_AHEAD_MS_MAX = 5 * 60 * 1000
/** Items in one answer of the catalogue. */
export const ITEMS_SHOWN_MAX = 100
/** Items in one answer of the catalogue when the request does not say. */
export const ITEMS_SHOWN_DEFAULT = 20
/** Characters of the name of an uploaded file. */
export const FILE_NAME_LENGTH_MAX = 200
/** Bytes of an uploaded file. */
export const FILE_BYTES_MAX = 256 * 1024 * 1024
/** Events in one answer of the quarantine. */
export const QUARANTINE_SHOWN_MAX = 500
/** Events in one answer of the quarantine when the request does not say. */
export const QUARANTINE_SHOWN_DEFAULT = 50
/** Events of the quarantine that one request may name. */
export const QUARANTINE_REPLAYED_MAX = 500
/** Latest events shown for a user. */
export const USER_EVENTS_SHOWN_MAX = 200
/** Latest quarantined events shown for a user, each as it came. */
export const USER_QUARANTINED_SHOWN_MAX = 20
