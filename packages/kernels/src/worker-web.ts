import { startWorker, type WorkerCall, type WorkerStart } from './worker-job.ts'

// The first message starts the worker, every later one is a call.
let run: Promise<(call: WorkerCall) => void> | null = null

addEventListener('message', async ({ data }: MessageEvent<WorkerStart | WorkerCall>) => {
  if ('module' in data) {
    run = startWorker(data)
    return
  }
  if (run === null) throw new TypeError('called before it was started')
  const call = await run
  call(data)
  postMessage('done')
})
