import { Fault, type FaultCode } from './faults.ts'

export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Reads the fields of one body; what does not fit is refused with the code of its operation. */
export class FieldReader {
  readonly #code: FaultCode
  readonly fields: Fields

  /** @throws Fault when the body is no object */
  constructor(body: unknown, code: FaultCode) {
    this.#code = code
    if (!isFields(body)) throw new Fault(code, 'The body has to be a JSON object.')
    this.fields = body
  }

  refuse(message: string, target: string): never {
    throw new Fault(this.#code, message, target)
  }

  /** A text of at most so many characters, not empty; `null` where it is missing or null. */
  text(name: string, lengthMax: number): string | null {
    const value = this.fields[name] ?? null
    if (value === null) return null
    if (typeof value === 'string' && value !== '' && value.length <= lengthMax) return value
    return this.refuse(`"${name}" has to be a text of 1 to ${lengthMax} characters.`, name)
  }

  requiredText(name: string, lengthMax: number): string {
    return this.text(name, lengthMax) ?? this.refuse(`"${name}" is missing.`, name)
  }

  /** A finite number in a range; `null` where it is missing or null. */
  number(name: string, low: number, high: number): number | null {
    const value = this.fields[name] ?? null
    if (value === null) return null
    if (typeof value === 'number' && value >= low && value <= high) return value
    return this.refuse(`"${name}" has to be a number from ${low} to ${high}.`, name)
  }

  requiredNumber(name: string, low: number, high: number): number {
    return this.number(name, low, high) ?? this.refuse(`"${name}" is missing.`, name)
  }

  flag(name: string): boolean {
    const value = this.fields[name] ?? false
    if (typeof value === 'boolean') return value
    return this.refuse(`"${name}" has to be true or false.`, name)
  }

  /** A list of at most so many entries; empty where it is missing or null. */
  list(name: string, countMax: number): readonly unknown[] {
    const value = this.fields[name] ?? []
    if (!Array.isArray(value)) return this.refuse(`"${name}" has to be a list.`, name)
    if (value.length <= countMax) return value
    return this.refuse(
      `"${name}" has ${value.length} entries; at most ${countMax} are taken.`,
      name,
    )
  }
}
