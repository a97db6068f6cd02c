/**
 * Cuts long work into slices, so that the thread can answer in between. Slices are counted in steps of
 * work, not in time: learning has no clock.
 */
export class WorkSlices {
  readonly #stepsPerSlice: number
  #steps = 0

  /** @param stepsPerSlice steps that take about ten milliseconds. */
  constructor(stepsPerSlice: number) {
    this.#stepsPerSlice = stepsPerSlice
  }

  /** Counts work done; true when it is time to `await pause()`. */
  spend(steps: number): boolean {
    this.#steps += steps
    return this.#steps >= this.#stepsPerSlice
  }

  /** Lets the event loop run, and begins the next slice. */
  async pause(): Promise<void> {
    this.#steps = 0
    await pause()
  }
}

/** Lets the event loop run. */
export async function pause(): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0))
}
