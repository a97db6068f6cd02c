export {
  choleskyF32,
  choleskyF64,
  type SolveStrides,
  solveCholeskyF32,
  solveCholeskyF64,
} from './factorisation.ts'
export {
  FINGERPRINT_LANES,
  FINGERPRINT_PRIME,
  type FingerprintKey,
  fingerprintPairs,
  fingerprintSequence,
  type PairFingerprint,
} from './fingerprints.ts'
export {
  closeKernels,
  type KernelFlavour,
  type KernelOptions,
  type Kernels,
  openKernels,
} from './kernels.ts'
export { addSequences, type SequenceBatch } from './pair-batch.ts'
export {
  addPairs,
  closePairTable,
  growPairTable,
  mergePairs,
  openPairTable,
  type PairRows,
  type PairTable,
  pairCarries,
  pairIndex,
  pairTotal,
  setPairTotal,
} from './pairs.ts'
export {
  type FloatProductShape,
  multiplyF32,
  multiplyF64,
  multiplyI16,
  type ProductShape,
} from './products.ts'
export { gatherRowsI16, topK } from './ranking.ts'
export { type RidgeSystem, writeRidgeSystem } from './ridge-system.ts'
