/**
 * Every error that Adsum reports, in one table: code, HTTP status, message. Codes are never reused.
 * A message is a sentence that says what to do; `{name}` marks where a detail is filled in.
 */
export const errorTable = {
  app_unknown: { status: 404, message: 'There is no app called "{app}". Known apps: {known}.' },
  app_required: {
    status: 400,
    message: 'Several apps run here: name one in the header adsum-app. Known apps: {known}.',
  },
  app_exists: {
    status: 409,
    message: 'There is already an app called "{app}". Choose another name.',
  },
  surface_unknown: {
    status: 404,
    message: 'The app "{app}" declares no surface "{surface}". Declared: {known}.',
  },
  user_unknown: { status: 404, message: 'Nothing is recorded for this user.' },
  item_unknown: {
    status: 422,
    message: 'There is no item "{item}" of the type "{type}". Send it with PUT /v1/items first.',
  },
  item_type_unknown: {
    status: 422,
    message: 'The app declares no item type "{type}". Declared: {known}.',
  },
  item_attribute_invalid: {
    status: 422,
    message: 'The attribute "{attribute}" does not fit its declaration: {problem}.',
  },
  decision_unknown: {
    status: 404,
    message: 'There is no decision "{decision}". It may belong to an erased person.',
  },
  decision_conflict: {
    status: 409,
    message: 'A decision with the id "{decision}" was made for another question.',
  },
  decision_not_deferred: {
    status: 409,
    message: 'The decision "{decision}" was not prepared ahead: it counts already.',
  },
  actions_missing: {
    status: 422,
    message: 'The surface "{surface}" has nothing to choose from: send actions.',
  },
  actions_unexpected: {
    status: 422,
    message: 'The surface "{surface}" has the verb "{verb}", which takes no "{field}".',
  },
  actions_too_many: {
    status: 422,
    message:
      'There are {count} actions to choose from; at most {limit} are taken. Name some of them.',
  },
  actions_none_left: {
    status: 422,
    message: 'No action is left to choose from: all {count} are excluded.',
  },
  action_duplicate: { status: 422, message: 'The action "{action}" is given twice.' },
  action_unknown: {
    status: 422,
    message: 'There is no action "{action}" to choose from.',
  },
  feature_invalid: { status: 422, message: 'The feature "{feature}" does not fit: {problem}.' },
  incumbent_required: {
    status: 422,
    message:
      'The surface "{surface}" only watches: say in "incumbent" what the system in charge chose.',
  },
  reward_out_of_range: {
    status: 422,
    message: 'The reward {value} is outside the declared range {low} to {high}.',
  },
  reward_late: {
    status: 409,
    message: 'Rewards of the decision "{decision}" counted until {until}. What is learned stays.',
  },
  reward_given: {
    status: 409,
    message: 'The decision "{decision}" has its reward already; its surface counts the first.',
  },
  reward_conflict: {
    status: 409,
    message: 'The reward "{reward}" of the decision "{decision}" was given with another content.',
  },
  activation_late: {
    status: 409,
    message:
      'The decision "{decision}" could be activated until {until}. Nothing is learned of it.',
  },
  receipt_unknown: { status: 404, message: 'There is no receipt "{receipt}".' },
  file_unknown: {
    status: 404,
    message: 'There is no uploaded file "{file}". Uploads are kept for an hour; send it again.',
  },
  job_unknown: { status: 404, message: 'There is no job "{job}".' },
  route_unknown: {
    status: 404,
    message: 'There is nothing at {method} {path}. The routes are listed in /openapi.json.',
  },
  request_invalid: { status: 400, message: 'The request does not fit its schema: {problem}.' },
  body_not_json: { status: 400, message: 'The body is not valid JSON: {problem}.' },
  body_too_large: {
    status: 413,
    message: 'The body is larger than {limit} bytes. Send fewer or smaller parts.',
  },
  body_too_deep: { status: 400, message: 'The body is nested deeper than {limit} levels.' },
  body_too_complex: {
    status: 400,
    message: 'The body has more than {limit} values. Send fewer at a time.',
  },
  body_too_wide: {
    status: 400,
    message: 'A list or an object in the body has more than {limit} members. Send fewer at a time.',
  },
  request_malformed: { status: 400, message: 'The request is not well-formed HTTP/1.1.' },
  request_timeout: {
    status: 408,
    message: 'The request was not finished within {seconds} seconds.',
  },
  headers_too_large: { status: 431, message: 'The headers are larger than {limit} bytes.' },
  content_type_unsupported: { status: 415, message: 'Send the body as {expected}.' },
  host_not_allowed: {
    status: 403,
    message:
      'The server is not reached under that name. Without keys it answers only on this machine (127.0.0.1 or localhost).',
  },
  key_required: {
    status: 401,
    message:
      'This needs a key: send it as "Authorization: Bearer <key>". Keys are made with "adsum keys create".',
  },
  key_invalid: {
    status: 401,
    message: 'The key is not known here, or has been revoked or has expired.',
  },
  key_forbidden: {
    status: 403,
    message: 'This key may not do that: it lacks the scope "{scope}".',
  },
  origin_not_allowed: {
    status: 403,
    message: 'Pages of {origin} may not use this key. Add the origin with "adsum keys".',
  },
  token_invalid: { status: 401, message: 'The end-user token is not valid: {problem}.' },
  token_spent: {
    status: 401,
    message: 'The end-user token was used for this already. Have the backend sign a new one.',
  },
  token_stale: {
    status: 401,
    message: 'The end-user token is older than {seconds} seconds. Have the backend sign a new one.',
  },
  rate_limited: {
    status: 429,
    message:
      'This key sends more than it may ({problem}). Nothing was stored; send it again after the time in retry-after.',
  },
  access_key_unknown: { status: 404, message: 'There is no access key "{key}".' },
  access_key_limit: {
    status: 409,
    message: 'There are {limit} active keys of this name already. Revoke one first.',
  },
  quarantine_unknown: { status: 404, message: 'There is no quarantined event "{id}".' },
  message_unmapped: {
    status: 422,
    message: 'The app maps no {type} message "{name}" to one of its events.',
  },
  message_invalid: { status: 422, message: 'The message does not fit the protocol: {problem}.' },
  backup_invalid: { status: 422, message: 'The backup in {path} is not intact: {problem}.' },
  backup_unknown: { status: 404, message: 'There is no backup in {path}.' },
  restore_target_not_empty: {
    status: 409,
    message: 'The folder {path} is not empty. Restore into a new data directory.',
  },
  production_unconfigured: {
    status: 503,
    message: 'In production nothing is guessed. Still missing: {missing}.',
  },
  event_type_unknown: {
    status: 422,
    message: 'The app declares no event type "{type}". Declared: {known}.',
  },
  event_item_required: { status: 422, message: 'An event of the type "{type}" needs an item.' },
  event_item_unexpected: { status: 422, message: 'Events of the type "{type}" are about no item.' },
  event_value_invalid: {
    status: 422,
    message: 'The value {value} is outside the declared range {low} to {high}.',
  },
  event_value_unexpected: { status: 422, message: 'Events of the type "{type}" carry no value.' },
  event_time_future: {
    status: 422,
    message: "The time {time} lies in the future. Check the sender's clock.",
  },
  event_time_too_early: { status: 422, message: 'The time {time} lies before 1970-01-01.' },
  event_time_invalid: {
    status: 422,
    message: 'The time "{time}" is not an ISO 8601 time such as 2026-11-21T19:03:11Z.',
  },
  event_conflict: {
    status: 409,
    message: 'An event with the id "{id}" but another content is already recorded.',
  },
  event_too_large: { status: 413, message: 'The event is larger than {limit} bytes.' },
  context_invalid: {
    status: 422,
    message: 'The context "{name}" does not fit its declaration: {problem}.',
  },
  declaration_invalid: {
    status: 422,
    message: 'The declaration of the app does not fit: {problem}.',
  },
  catalogue_full: { status: 422, message: 'The catalogue holds at most {limit} items.' },
  file_not_found: { status: 404, message: 'There is no file or folder at {path}.' },
  file_empty: { status: 422, message: 'The file has no rows.' },
  file_too_large: { status: 413, message: 'The file is larger than {limit} bytes.' },
  file_encoding_invalid: {
    status: 422,
    message:
      'Line {line}, column {column}: the bytes are not valid {expected}. Save the file as UTF-8, or name its encoding.',
  },
  file_row_invalid: {
    status: 422,
    message: 'Line {line}, column {column}: expected {expected}, found {found}.',
  },
  file_truncated: {
    status: 422,
    message: 'The file ends in the middle of line {line}: expected {expected}.',
  },
  file_columns_unclear: {
    status: 422,
    message:
      'The columns could not be understood: {problem}. Say which is which with a mapping, for example user=customer,item=sku,time=date.',
  },
  decision_log_unclear: {
    status: 422,
    message:
      'The file is no log of decisions: {problem}. Name columns with --map, such as action=shown reward=clicked.',
  },
  data_not_enough: { status: 422, message: 'There is not enough data: {problem}.' },
  data_directory_locked: {
    status: 503,
    message:
      'The data directory {path} is in use by another process ({holder}). Stop it, or choose another directory with ADSUM_DATA.',
  },
  data_directory_newer: {
    status: 503,
    message:
      'The data directory {path} was written by a newer version (format {found}, this version knows {known}). Install the newer version.',
  },
  data_directory_full: {
    status: 507,
    message:
      'The disk that holds {path} is full. Nothing of this request was stored; free some space and send it again.',
  },
  data_directory_unreadable: {
    status: 503,
    message: 'The data directory {path} cannot be used: {problem}.',
  },
  data_corrupt: {
    status: 503,
    message: 'A stored record failed its integrity check ({what}). Restore it from a backup.',
  },
  model_not_ready: {
    status: 503,
    message: 'No model has been fitted yet; the baseline is served meanwhile.',
  },
  fit_failed: {
    status: 500,
    message: 'The model could not be fitted: {problem}. The last model stays in service.',
  },
  statistics_full: {
    status: 503,
    message: 'The statistics need more memory than this machine allows ({problem}).',
  },
  overloaded: {
    status: 503,
    message:
      'The server has more work than it can take. Nothing was stored; send it again after a moment.',
  },
  server_unreachable: {
    status: 503,
    message: 'There is no answer from {url}: {problem}. Is the server running?',
  },
  answer_unexpected: {
    status: 502,
    message: 'The answer from {url} is not one of Adsum (status {status}). Is the address right?',
  },
  internal: {
    status: 500,
    message: 'Something went wrong inside. The log has the details under {reference}.',
  },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>

/** One of the codes of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable

/** Details that fill the placeholders of a message. */
export type ErrorDetails = Readonly<Record<string, string | number>>

/** An error with a code that clients can program against. Thrown at every boundary of the product. */
export class AdsumError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  /** Where in the request the fault lies, as a path such as `events[3].value`; empty when it is the whole. */
  readonly path: string

  /** `options.message` replaces the sentence of the table: for errors that came over the wire. */
  constructor(
    code: ErrorCode,
    details: ErrorDetails = {},
    options: { path?: string; cause?: unknown; message?: string } = {},
  ) {
    super(
      options.message ?? errorMessage(code, details),
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.name = 'AdsumError'
    this.code = code
    this.details = details
    this.path = options.path ?? ''
  }

  /** The HTTP status that goes with the code. */
  get status(): number {
    return errorTable[this.code].status
  }
}

/** The message of a code with its placeholders filled; a placeholder without a detail stays visible. */
export function errorMessage(code: ErrorCode, details: ErrorDetails = {}): string {
  return errorTable[code].message.replace(/\{(\w+)\}/g, (placeholder, name: string) => {
    const value = details[name]
    return value === undefined ? placeholder : String(value)
  })
}

/** Whether a text is one of the codes of {@link errorTable}. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}

/** An error as the body of a refusal (see `errorBodySchema`). */
export function errorBody(error: AdsumError): {
  error: { code: ErrorCode; message: string; path?: string }
} {
  const { code, message, path } = error
  return { error: path === '' ? { code, message } : { code, message, path } }
}
