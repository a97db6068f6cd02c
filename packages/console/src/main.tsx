import './styles.ts'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { FirstPage } from './first-page/first-page.tsx'
import { colours, theme } from './theme.ts'

const page = document.getElementById('page')
if (page === null) throw new Error('index.html lacks the element "page"')

/** `/apps/<name>` shows that app; `/` the first one that has people to show. */
const named = /^\/apps\/([^/]+)\/?$/.exec(window.location.pathname)?.[1]

/** The server is usually this very machine: it is asked even where the browser thinks itself offline. */
const queries = new QueryClient({
  defaultOptions: {
    queries: { retry: false, networkMode: 'always' },
    mutations: { networkMode: 'always' },
  },
})

createRoot(page).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={colours} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <FirstPage wanted={named === undefined ? null : decodeURIComponent(named)} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
