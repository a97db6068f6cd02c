/** An evaluation of policies on what was logged, as the protocol shows it. */
export interface Evaluation {
  readonly id: string
  readonly name: string
  readonly startTime: string
  readonly endTime: string
  readonly jobId: string
  readonly status: 'completed' | 'pending' | 'failed'
  readonly evaluationType: 'Manual'
  readonly creationTime: string
  readonly optimalPolicy: string | null
  readonly policyResults: readonly unknown[]
  readonly featureImportance: readonly (readonly string[])[]
}
