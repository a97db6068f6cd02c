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
    this.#shownAt = now
    const percent = `${Math.round(done * 100)}%`.padStart(4)
    if (!this.#errors.isTerminal) {
      this.#errors.write(`${percent} ${step}\n`)
      return
    }
    const filled = Math.round(done * BAR_LENGTH)
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_LENGTH - filled)
    this.#errors.write(
      `\r\u001b[2K${`${bar}${percent} ${step}`.slice(0, this.#errors.columns - 1)}`,
    )
    this.#isDrawn = true
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#isDrawn) this.#errors.write('\r\u001b[2K')
    this.#isDrawn = false
    this.#step = ''
  }
}
