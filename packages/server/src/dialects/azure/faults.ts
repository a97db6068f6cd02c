import type { AdsumError } from '@adsum/protocol'

/** Error codes of the protocol that this server gives, with their statuses. */
const STATUSES = {
  BadRequest: 400,
  InvalidServiceConfiguration: 400,
  InvalidLearningModeServiceConfiguration: 400,
  InvalidPolicyConfiguration: 400,
  InvalidPolicyContract: 400,
  InvalidEvaluationContract: 400,
  DuplicateCustomPolicyNames: 400,
  NoLogsExistInDateRange: 400,
  LogsSizeExceedAllowedLimit: 400,
  InvalidRewardRequest: 400,
  InvalidEventIdToActivate: 400,
  InvalidRankRequest: 400,
  InvalidRewardWaitTime: 400,
  InvalidLogRetentionDays: 400,
  InvalidModelImportFormat: 400,
  InvalidModelImportSignature: 400,
  ProblemTypeIncompatibleWithAutoOptimization: 400,
  InvalidApiAccess: 401,
  OperationNotAllowed: 403,
  ResourceNotFound: 404,
  FrontEndNotFound: 404,
  EvaluationNotFound: 404,
  LogsPropertiesNotFound: 404,
  PayloadSizeExceeded: 413,
  TooManyRequests: 429,
  InternalServerError: 500,
} as const
export type FaultCode = keyof typeof STATUSES

/** What a client of the protocol is told. */
export interface FaultBody {
  readonly error: {
    readonly code: FaultCode
    readonly message: string
    readonly target?: string
    /** Our own code, which is more exact than the protocol's. */
    readonly innerError?: { readonly code: string }
  }
}

/** A refusal in the words of the protocol. */
export class Fault extends Error {
  readonly code: FaultCode
  /** Where in the request. */
  readonly target: string | null
  readonly inner: string | null

  constructor(code: FaultCode, message: string, target: string | null = null, cause?: AdsumError) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'Fault'
    this.code = code
    this.target = target
    this.inner = cause?.code ?? null
  }

  get status(): number {
    return STATUSES[this.code]
  }

  get body(): FaultBody {
    const { code, message, target, inner } = this
    return {
      error: {
        code,
        message,
        ...(target !== null && { target }),
        ...(inner !== null && { innerError: { code: inner } }),
      },
    }
  }
}

/** Codes that say the same whatever was asked. */
const GENERAL: Partial<Record<AdsumError['code'], FaultCode>> = {
  key_required: 'InvalidApiAccess',
  key_invalid: 'InvalidApiAccess',
  token_invalid: 'InvalidApiAccess',
  overloaded: 'TooManyRequests',
  rate_limited: 'TooManyRequests',
  body_too_large: 'PayloadSizeExceeded',
  route_unknown: 'FrontEndNotFound',
}

/**
 * Our error in the words of the protocol.
 * @param invalid the code for what does not fit the operation
 */
export function faultOf(error: AdsumError, invalid: FaultCode = 'BadRequest'): Fault {
  const { code, status, message, path } = error
  const target = path === '' ? null : path
  return new Fault(GENERAL[code] ?? codeFor(status, invalid), message, target, error)
}

function codeFor(status: number, invalid: FaultCode): FaultCode {
  if (status >= 500) return 'InternalServerError'
  if (status === 401) return 'InvalidApiAccess'
  if (status === 403) return 'OperationNotAllowed'
  if (status === 404) return 'ResourceNotFound'
  if (status === 429) return 'TooManyRequests'
  return invalid
}
