/**
 * What the client needs of an app's declaration: the names in it, and only as types. A declaration
 * made with `defineApp` fits, without the client knowing the engine.
 */

import type { DecisionRequest, EventInput, ItemInput } from '@adsum/protocol'

export interface AppShape {
  readonly items: Readonly<Record<string, unknown>>
  readonly events: Readonly<Record<string, unknown>>
  readonly surfaces: Readonly<Record<string, unknown>>
}

type NameIn<Declared> = Extract<keyof Declared, string>

/** An event of the app. Without an id the client makes one; without a time the server's clock counts. */
export interface AppEvent<App extends AppShape> extends Omit<EventInput, 'id' | 'type'> {
  readonly id?: string
  readonly type: NameIn<App['events']>
}

/** An item of the app's catalogue. */
export interface AppItem<App extends AppShape>
  extends Pick<ItemInput, 'id'>,
    Partial<Pick<ItemInput, 'attributes'>> {
  readonly type: NameIn<App['items']>
}

/** A question to a surface of the app. */
export interface AppQuestion<App extends AppShape> extends Omit<DecisionRequest, 'surface'> {
  readonly surface: NameIn<App['surfaces']>
}
