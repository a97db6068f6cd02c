import { parentPort, workerData } from 'node:worker_threads'
import { startWorker, type WorkerCall, type WorkerStart } from './worker-job.ts'

const start: WorkerStart = workerData
const run = await startWorker(start)
parentPort?.on('message', (call: WorkerCall) => {
  run(call)
  parentPort?.postMessage('done')
})
