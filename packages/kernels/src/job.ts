import type { OpenKernels } from './kernels.ts'

const CONTROL_FIELDS = 16
/** Fields of the control block, as in src/assembly/team.ts. */
const CONTROL = { nextTile: 2, members: 3, result: 4 } as const
/** What a job answers unless a kernel sets something else. */
const RESULT_NONE = -1

/** Memory of one job: its control block, what its members share, and each member's own. */
export class Job {
  readonly members: number
  readonly #kernels: OpenKernels
  readonly #control: Int32Array
  readonly #memory: Uint8Array
  readonly #scratchBytes: number
  readonly #sharedBytes: number

  constructor(k: OpenKernels, members: number, scratchBytes: number, sharedBytes: number) {
    this.members = members
    this.#kernels = k
    this.#scratchBytes = scratchBytes
    this.#sharedBytes = sharedBytes
    this.#memory = k.uint8(sharedBytes + members * scratchBytes)
    this.#control = k.int32(CONTROL_FIELDS)
    this.#control[CONTROL.members] = members
    this.restart()
  }

  get control(): number {
    return this.#control.byteOffset
  }

  get shared(): number {
    return this.#memory.byteOffset
  }

  /** What the kernels answered; -1 until they do. */
  get result(): number {
    return this.#control[CONTROL.result] ?? RESULT_NONE
  }

  scratch(member: number): number {
    return this.#memory.byteOffset + this.#sharedBytes + member * this.#scratchBytes
  }

  /** Hands out the tiles from the first one again. */
  restart(): void {
    this.#control[CONTROL.nextTile] = 0
    this.#control[CONTROL.result] = RESULT_NONE
  }

  free(): void {
    this.#kernels.free(this.#memory)
    this.#kernels.free(this.#control)
  }
}

/** Lets the event loop of the calling thread answer others. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
