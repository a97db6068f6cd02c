import type { AppView } from '@adsum/protocol'
import { Button, CopyButton, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { clientOf } from '../api.ts'
import styles from './snippet-section.module.css'
import { curlSnippet, typescriptSnippet } from './snippets.ts'

/** The same from one's own code, ready to copy. */
export function SnippetSection({ app }: { readonly app: AppView | null }): ReactElement {
  const { origin } = window.location
  const name = app?.name ?? ''
  const items = useQuery({
    queryKey: ['first-item', name],
    queryFn: () => clientOf(name).listItems({ limit: 1 }),
    enabled: app !== null,
  })
  const item = items.data?.[0]?.id
  return (
    <section id="use-it" className={styles.section} aria-labelledby="use-it-title">
      <h2 id="use-it-title">Use it from your code</h2>
      <Tabs defaultValue="curl" keepMounted={false}>
        <Tabs.List>
          <Tabs.Tab value="curl">curl</Tabs.Tab>
          <Tabs.Tab value="typescript">TypeScript</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="curl">
          <Snippet text={curlSnippet(origin, app, item)} />
        </Tabs.Panel>
        <Tabs.Panel value="typescript">
          <Snippet text={typescriptSnippet(origin, app, item)} />
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}

function Snippet({ text }: { readonly text: string }): ReactElement {
  return (
    <div className={styles.snippet}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0}>
        <code>{text}</code>
      </pre>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <Button className={styles.copy} size="compact-sm" variant="default" onClick={copy}>
            <span role="status">{copied ? 'Copied' : 'Copy'}</span>
          </Button>
        )}
      </CopyButton>
    </div>
  )
}
