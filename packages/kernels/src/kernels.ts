import { countOf } from './bounds.ts'
import { KernelMemory } from './memory.ts'
import { Pool } from './pool.ts'
import type { WasmExports } from './wasm.ts'

/** The most linear memory WebAssembly can address. */
const MEMORY_MB_MAX = 4096
const PAGES_PER_MB = 16
/** Packed panels of one thread's share of a product. */
const SCRATCH_BYTES = 2 ** 20
/** More helper threads than this gain nothing at the sizes these kernels are for. */
const THREADS_MAX = 64

/**
 * Which compiled kernel runs. `relaxed` multiplies and adds with one rounding where the processor
 * can, `simd` always rounds twice: their floats differ in the last bits, their integers never.
 */
export type KernelFlavour = 'relaxed' | 'simd'

export interface KernelOptions {
  /** Helper threads for cholesky and solve, 0 to 64. With 0 (the default) the caller computes. */
  readonly threads?: number
  /** The most memory to use, in MiB, 1 to 4096 (the default). Reserved when used, not before. */
  readonly memoryMbMax?: number
  /** Forces a flavour; otherwise `relaxed` where the engine accepts it. */
  readonly flavour?: KernelFlavour
}

/**
 * The kernels, with their memory. All arrays that kernels work on come from the allocating
 * methods below: zeroed, 64-byte aligned views of one shared linear memory.
 */
export interface Kernels {
  readonly memory: WebAssembly.Memory
  readonly flavour: KernelFlavour
  /** Helper threads of the pool. */
  readonly threads: number
  float32(length: number): Float32Array
  float64(length: number): Float64Array
  int32(length: number): Int32Array
  uint32(length: number): Uint32Array
  int16(length: number): Int16Array
  uint8(length: number): Uint8Array
  /** Gives an array's memory back. Throws RangeError for anything not allocated here, or twice. */
  free(array: ArrayBufferView): void
}

/** The open kernels, as the modules of this package see them. */
export class OpenKernels implements Kernels {
  readonly flavour: KernelFlavour
  readonly threads: number
  readonly wasm: WasmExports
  readonly pool: Pool | null
  /** Working memory of the calling thread. */
  readonly scratch: number
  readonly #memory: KernelMemory

  constructor(memory: KernelMemory, wasm: WasmExports, flavour: KernelFlavour, pool: Pool | null) {
    this.#memory = memory
    this.wasm = wasm
    this.flavour = flavour
    this.pool = pool
    this.threads = pool?.size ?? 0
    this.scratch = memory.allocate(SCRATCH_BYTES)
  }

  get memory(): WebAssembly.Memory {
    return this.#memory.memory
  }

  float32(length: number): Float32Array {
    return new Float32Array(...this.#reserve(length, 4))
  }

  float64(length: number): Float64Array {
    return new Float64Array(...this.#reserve(length, 8))
  }

  int32(length: number): Int32Array {
    return new Int32Array(...this.#reserve(length, 4))
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(...this.#reserve(length, 4))
  }

  int16(length: number): Int16Array {
    return new Int16Array(...this.#reserve(length, 2))
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(...this.#reserve(length, 1))
  }

  free(array: ArrayBufferView): void {
    this.address(array, 0)
    this.#memory.release(array.byteOffset)
  }

  /** The address of an array of at least `lengthMin` elements; throws for foreign memory. */
  address(array: ArrayBufferView & { readonly length?: number }, lengthMin: number): number {
    if (!this.#memory.owns(array)) throw new TypeError('array is not in kernel memory')
    const length = array.length ?? array.byteLength
    if (!(length >= lengthMin)) throw new RangeError(`array of ${length}, ${lengthMin} needed`)
    return array.byteOffset
  }

  /** The buffer is read after the allocation: growth replaces it by a longer one. */
  #reserve(
    length: number,
    elementBytes: number,
  ): [buffer: ArrayBufferLike, start: number, length: number] {
    const start = this.#memory.allocate(countOf('length', length) * elementBytes)
    return [this.#memory.buffer, start, length]
  }
}

/** The inside of kernels that `openKernels` returned. */
export function opened(kernels: Kernels): OpenKernels {
  if (!(kernels instanceof OpenKernels)) throw new TypeError('kernels not opened by openKernels')
  return kernels
}

/**
 * Loads the kernels, in Node or a browser. Throws RangeError for options out of range, and what
 * reading a file throws where the built ones are missing (see build.mjs). A browser hands shared
 * memory to helper threads only on pages that are cross-origin isolated.
 */
export async function openKernels(options: KernelOptions = {}): Promise<Kernels> {
  const threads = within('threads', options.threads ?? 0, 0, THREADS_MAX)
  const memoryMb = within('memoryMbMax', options.memoryMbMax ?? MEMORY_MB_MAX, 1, MEMORY_MB_MAX)
  const platform = await (isNode() ? import('./platform-node.ts') : import('./platform-web.ts'))
  const { module, flavour } = await compile(platform.loadWasm, options.flavour)
  const memory = new KernelMemory(memoryMb * PAGES_PER_MB)
  const instance = await WebAssembly.instantiate(module, { env: { memory: memory.memory } })
  const start = { module, memory: memory.memory }
  const helpers = Array.from({ length: threads }, () => platform.startThread(start))
  const pool = threads > 0 ? new Pool(helpers) : null
  return new OpenKernels(memory, instance.exports as WasmExports, flavour, pool)
}

/** Ends the helper threads. The kernels must not be used afterwards. */
export async function closeKernels(kernels: Kernels): Promise<void> {
  await opened(kernels).pool?.close()
}

async function compile(
  load: (file: URL) => Promise<Uint8Array<ArrayBuffer>>,
  wanted: KernelFlavour | undefined,
): Promise<{ module: WebAssembly.Module; flavour: KernelFlavour }> {
  if (wanted !== 'simd') {
    const bytes = await load(new URL('../build/relaxed.wasm', import.meta.url))
    if (wanted === 'relaxed' || WebAssembly.validate(bytes)) {
      return { module: await WebAssembly.compile(bytes), flavour: 'relaxed' }
    }
  }
  const bytes = await load(new URL('../build/simd.wasm', import.meta.url))
  return { module: await WebAssembly.compile(bytes), flavour: 'simd' }
}

function isNode(): boolean {
  return typeof process === 'object' && typeof process.versions?.node === 'string'
}

function within(name: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name} ${value} is not an integer from ${min} to ${max}`)
  }
  return value
}
