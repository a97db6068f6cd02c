import { AdsumError } from '@adsum/protocol'
import type { DamagedPerson } from '../ports.ts'
import type { AppParts } from './parts.ts'
import type { People } from './people.ts'

/** Pieces of damage, and of what was put right, that are reported; all of them are counted. */
const NAMED_MAX = 5

/**
 * Who could not be read as an app was opened. They do not keep it from serving everybody else: what they
 * ask for is answered with `data_corrupt`, what they do is recorded, and they can be erased. They are no
 * part of what is learned, nor of the counts of what is popular, until they are restored from a backup.
 */
export class DamagedPeople {
  readonly #users = new Set<string>()
  readonly #what: string[] = []
  #nameless = 0

  add({ user, what }: DamagedPerson, people: People): void {
    if (this.#what.length < NAMED_MAX) this.#what.push(what)
    if (user === null) {
      this.#nameless++
      return
    }
    this.#users.add(user)
    people.rememberDamaged(user)
  }

  has(user: string): boolean {
    return this.#users.has(user)
  }

  /** Whether everybody who is damaged goes by an id. */
  get areAllNamed(): boolean {
    return this.#nameless === 0
  }

  get size(): number {
    return this.#users.size + this.#nameless
  }

  /** Forgets somebody who was erased. */
  remove(user: string): void {
    this.#users.delete(user)
  }

  /** Reports all of them in one, and the first of the records left out and of what was put right. */
  report(app: string, { store, report }: Pick<AppParts, 'store' | 'report'>): void {
    for (const what of store.repaired.slice(0, NAMED_MAX)) report(what, `${app}: put right`)
    for (const what of store.leftOut.slice(0, NAMED_MAX)) report(what, `${app}: record left out`)
    if (this.size === 0) return
    const more =
      this.size > this.#what.length ? ` and of ${this.size - this.#what.length} more` : ''
    const fault = new AdsumError('data_corrupt', { what: this.#what.join(', ') + more })
    report(fault, `${app}: people left out: ${this.size}`)
  }
}

/** Whether an error says that something at rest is not what was written. */
export function isDamage(fault: unknown): boolean {
  return fault instanceof AdsumError && fault.code === 'data_corrupt'
}
