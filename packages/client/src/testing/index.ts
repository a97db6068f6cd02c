/** For whoever writes a store: what every queue store promises, as tests. */
export { describeQueueStore, queued } from './queue-store-laws.ts'
