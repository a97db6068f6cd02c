/** Hands the client to the test, which plays the page's part from outside. */

import {
  type Client,
  type ClientOptions,
  createClient,
  openBrowserStore,
  type QueueStore,
} from '@adsum/client'

declare global {
  interface Window {
    /** Makes the page's client of options in JSON; waits are `patience` times as long as usual. */
    startClient(json: string, patience: number): void
    client: Client
    openBrowserStore: typeof openBrowserStore
    store: QueueStore
    refusals: unknown[]
  }
}

window.openBrowserStore = openBrowserStore
window.startClient = (json, patience) => {
  const options: ClientOptions = JSON.parse(json)
  window.refusals = []
  window.client = createClient({
    ...options,
    random: () => patience,
    onRefused: (refusal) => window.refusals.push(refusal),
  })
}
