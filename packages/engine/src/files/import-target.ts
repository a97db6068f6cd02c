import type { ItemInput, ItemsView } from '@adsum/protocol'
import type { AppDeclaration } from '../app/declaration.ts'
import type { LoggedEvent } from '../ports.ts'

/** What an import needs of an app. The engine's `App` fits by its shape. */
export interface ImportTarget {
  readonly declaration: AppDeclaration
  /** The items with these ids, of any type. */
  findItems(query: {
    readonly ids: readonly string[]
    readonly limit: number
  }): Promise<ItemsView['items']>
  /** Adds or replaces items; all of them or none. */
  putItems(items: readonly ItemInput[]): Promise<number>
  /** Appends checked events; the outcomes are in their order. */
  record(
    events: readonly LoggedEvent[],
  ): Promise<readonly ('accepted' | 'duplicate' | 'conflict')[]>
  /** Learns everything recorded so far. */
  learnNow(): Promise<unknown>
}

/** Where apps are made. The engine fits by its shape. */
export interface AppMaker {
  has(name: string): boolean
  /** @throws AdsumError `declaration_invalid` */
  declare(declaration: AppDeclaration): Promise<ImportTarget>
  /** Takes an app away with everything in it. */
  remove(name: string): Promise<void>
}
