import type { WasmExports } from './wasm.ts'

/** What a helper thread is started with. */
export interface WorkerStart {
  readonly module: WebAssembly.Module
  readonly memory: WebAssembly.Memory
}

/** One helper's part of a job: a kernel and its arguments. */
export interface WorkerCall {
  readonly kernel: keyof WasmExports
  readonly args: readonly number[]
}

/** Instantiates the kernels on the shared memory; the result runs calls. */
export async function startWorker(start: WorkerStart): Promise<(call: WorkerCall) => void> {
  const instance = await WebAssembly.instantiate(start.module, { env: { memory: start.memory } })
  return ({ kernel, args }) => {
    const run = instance.exports[kernel]
    if (typeof run !== 'function') throw new TypeError(`no kernel ${kernel}`)
    run(...args)
  }
}
