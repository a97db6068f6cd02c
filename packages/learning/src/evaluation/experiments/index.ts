/** Experiments: who gets which arm, and which arm does better, looked at as often as one likes. */
export { type Arm, assignArm, type Experiment } from './assignment.ts'
export { type ArmSums, meanDifference, noOutcomes, withOutcome } from './confidence-sequence.ts'
export { type ArmReport, type ExperimentReport, reportExperiment } from './experiment-report.ts'
export { sampleRatioProbability } from './sample-ratio.ts'
