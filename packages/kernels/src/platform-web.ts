import type { HelperThread } from './pool.ts'
import type { WorkerStart } from './worker-job.ts'

/** Fetches a built kernel. Throws when the server does not have it. */
export async function loadWasm(file: URL): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(file)
  if (!response.ok) throw new Error(`kernels: ${file.href} answered ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** Starts a helper thread. */
export function startThread(start: WorkerStart): HelperThread {
  const worker = new Worker(new URL('./worker-web.ts', import.meta.url), { type: 'module' })
  worker.postMessage(start)
  return {
    call(message) {
      worker.postMessage(message)
    },
    listen(done, failed) {
      worker.addEventListener('message', () => done())
      worker.addEventListener('error', (event) => failed(new Error(event.message)))
    },
    async end() {
      worker.terminate()
    },
  }
}
