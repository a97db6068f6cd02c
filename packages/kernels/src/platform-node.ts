import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import type { HelperThread } from './pool.ts'
import type { WorkerStart } from './worker-job.ts'

/** Room for short-lived objects of a helper thread, MB: it makes next to none. */
const YOUNG_GENERATION_MB = 4

/** Reads a built kernel from disk. */
export async function loadWasm(file: URL): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(file))
}

/** Starts a helper thread, which keeps the process alive only while it works. */
export function startThread(start: WorkerStart): HelperThread {
  const worker = new Worker(new URL('./worker-node.ts', import.meta.url), {
    workerData: start,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
  worker.unref()
  return {
    call(message) {
      worker.ref()
      worker.postMessage(message)
    },
    listen(done, failed) {
      worker.on('message', () => {
        worker.unref()
        done()
      })
      worker.on('error', failed)
      worker.on('exit', () => failed(new Error('kernels: a helper thread ended')))
    },
    async end() {
      await worker.terminate()
    },
  }
}
