import type { Clock } from '@adsum/engine'
import type { TextOutput } from './world.ts'

/** Characters of the bar. */
const BAR_LENGTH = 30
/** Milliseconds between two drawings of the bar. */
const DRAW_MS = 100
/** Milliseconds between two lines where no terminal is. */
const LINE_MS = 3_000

/** How far a piece of work has come: a bar on a terminal, otherwise a line now and then. */
export class Progress {
  readonly #errors: TextOutput
  readonly #clock: Clock
  #step = ''
  #shownAt = Number.NEGATIVE_INFINITY
  #isDrawn = false

  constructor(errors: TextOutput, clock: Clock) {
    this.#errors = errors
    this.#clock = clock
  }

  /** @param done share of the step that is done, 0 to 1. */
  show(step: string, done: number): void {
    const now = this.#clock.now()
    const pause = this.#errors.isTerminal ? DRAW_MS : LINE_MS
    if (step === this.#step && now - this.#shownAt < pause) return
    this.#step = step
    const percent = `${Math.round(done * 100)}%`.padStart(4)
    const filled = Math.round(done * BAR_LENGTH)
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_LENGTH - filled)
    this.#draw(`${this.#errors.isTerminal ? bar : ''}${percent} ${step}`)
  }

  /** Shows how long work takes that cannot say how far it has come. */
  async during<Result>(step: string, work: Promise<Result>): Promise<Result> {
    const began = this.#clock.now()
    const tick = setInterval(() => {
      const now = this.#clock.now()
      if (now - this.#shownAt < (this.#errors.isTerminal ? DRAW_MS : LINE_MS)) return
      this.#draw(`${Math.round((now - began) / 1000)} s ${step}`.padStart(step.length + 7))
    }, DRAW_MS)
    try {
      return await work
    } finally {
      clearInterval(tick)
    }
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isDrawn) this.#errors.write('\r\u001b[2K')
    this.#isDrawn = false
    this.#step = ''
  }

  /** Draws over the last line on a terminal, otherwise writes a new one. */
  #draw(line: string): void {
    this.#shownAt = this.#clock.now()
    if (this.#errors.isTerminal) {
      this.#errors.write(`\r\u001b[2K${line.slice(0, this.#errors.columns - 1)}`)
      this.#isDrawn = true
    } else {
      this.#errors.write(`${line}\n`)
    }
  }
}
