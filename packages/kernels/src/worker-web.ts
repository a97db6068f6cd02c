import { startWorker, type WorkerCall, type WorkerStart } from './worker-job.ts'

// The first message starts the worker, every later one is a call.
let started: Promise<(call: WorkerCall) => void> | null = null

async function answer(message: WorkerStart | WorkerCall): Promise<void> {
  if ('module' in message) {
    started = startWorker(message)
    await started
    return
  }
  if (started === null) throw new TypeError('called before it was started')
  const run = await started
  run(message)
  postMessage('done')
}

// A rejection would stay inside the worker; a reported error reaches the thread that waits for it.
addEventListener('message', ({ data }: MessageEvent<WorkerStart | WorkerCall>) => {
  answer(data).catch(reportError)
})
