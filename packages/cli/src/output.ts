import { Progress } from './progress.ts'
import type { World } from './world.ts'

/** Where a command says what it found: words for people, or one JSON object for programs. */
export class Output {
  readonly #world: World
  readonly #json: boolean

  constructor(world: World, json: boolean) {
    this.#world = world
    this.#json = json
  }

  /** Whether a program reads the answer. */
  get isJson(): boolean {
    return this.#json
  }

  /** A line for people; programs do not get it. */
  say(line = ''): void {
    if (!this.#json) this.#world.output.write(`${line}\n`)
  }

  /** A line beside the answer, such as a warning. */
  note(line: string): void {
    this.#world.errors.write(`${line}\n`)
  }

  /** The answer for programs: one object, last on the standard output. */
  result(value: object): void {
    if (this.#json) this.#world.output.write(`${JSON.stringify(value)}\n`)
  }

  /**
   * Rows below each other, columns aligned.
   * @param right columns aligned to the right. @param indent characters before each row.
   */
  table(
    rows: readonly (readonly string[])[],
    { right = [], indent = 2 }: { right?: readonly number[]; indent?: number } = {},
  ): void {
    const widths: number[] = []
    for (const row of rows) {
      for (const [column, cell] of row.entries()) {
        widths[column] = Math.max(widths[column] ?? 0, cell.length)
      }
    }
    for (const row of rows) {
      const cells = row.map((cell, column) =>
        right.includes(column)
          ? cell.padStart(widths[column] ?? 0)
          : cell.padEnd(widths[column] ?? 0),
      )
      this.say((' '.repeat(indent) + cells.join('  ')).trimEnd())
    }
  }

  progress(): Progress {
    return new Progress(this.#world.errors, this.#world.clock)
  }
}
