import type { AppView } from '@adsum/protocol'

/** Names that a snippet is filled with when there is no app yet. */
const PLACEHOLDER = { app: 'my-app', event: 'watched', surface: 'home', item: 'an-item' }

/** Three requests with curl: record an event, ask for a shelf, forget. */
export function curlSnippet(origin: string, app: AppView | null, item: string | undefined): string {
  const names = namesOf(app, item)
  return `# somebody does something
curl ${origin}/v1/events -H 'content-type: application/json' -H 'adsum-app: ${names.app}' \\
  -d '{"events":[{"id":"e-1","type":"${names.event}","user":"ada","item":"${names.item}"}]}'

# what next for them, and why
curl ${origin}/v1/decisions -H 'content-type: application/json' -H 'adsum-app: ${names.app}' \\
  -d '{"surface":"${names.surface}","user":"ada","limit":5}'

# they leave
curl -X DELETE ${origin}/v1/users/ada -H 'adsum-app: ${names.app}'`
}

/** The same with the client. */
export function typescriptSnippet(
  origin: string,
  app: AppView | null,
  item: string | undefined,
): string {
  const names = namesOf(app, item)
  return `import { createClient } from '@adsum/client'

const adsum = createClient({ url: '${origin}', app: '${names.app}' })
await adsum.sendEvents([{ type: '${names.event}', user: 'ada', item: '${names.item}' }])
const { choices } = await adsum.decide({ surface: '${names.surface}', user: 'ada', limit: 5 })
for (const { title, reasons } of choices) console.log(title, reasons)
const receipt = await adsum.eraseUser('ada')
console.log(receipt.events, 'events forgotten')`
}

function namesOf(app: AppView | null, item: string | undefined) {
  return {
    app: app?.name ?? PLACEHOLDER.app,
    event: app?.eventTypes[0] ?? PLACEHOLDER.event,
    surface: app?.surfaces[0]?.name ?? PLACEHOLDER.surface,
    item: item ?? PLACEHOLDER.item,
  }
}
