/** What one way to choose would have earned, over a while. */
export interface PolicySummary {
  readonly timeStamp: string
  readonly ipsEstimatorNumerator: number
  readonly ipsEstimatorDenominator: number
  readonly snipsEstimatorDenominator: number
  readonly aggregateTimeWindow: string
  readonly nonZeroProbability: number
  readonly sumOfSquares: number
  readonly confidenceInterval: number
  readonly averageReward: number
}

export interface PolicyResult {
  readonly name: string
  readonly arguments: string
  readonly policySource: 'Online' | 'Baseline' | 'Random' | 'Custom' | 'OfflineExperimentation'
  readonly summary: readonly PolicySummary[]
  readonly totalSummary: PolicySummary
}

/** An evaluation of ways to choose on what was logged, as the protocol shows it. */
export interface Evaluation {
  readonly id: string
  readonly name: string
  readonly startTime: string
  readonly endTime: string
  readonly jobId: string
  readonly status: 'completed' | 'pending' | 'failed'
  readonly evaluationType: 'Manual'
  readonly creationTime: string
  readonly optimalPolicy?: string
  readonly policyResults: readonly PolicyResult[]
  /** One list: the features that weighed most first. */
  readonly featureImportance: readonly (readonly string[])[]
}
