import './styles.ts'
import { MantineProvider } from '@mantine/core'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { BannerPage } from './banner/banner-page.tsx'
import { FirstPage } from './first-page/first-page.tsx'
import { colours, theme } from './theme.ts'

const page = document.getElementById('page')
if (page === null) throw new Error('index.html lacks the element "page"')

/** `/apps/<name>` shows that app, with `/banner` behind it its banner; `/` the first that has people. */
const [, named, isBanner] = /^\/apps\/([^/]+)(\/banner)?\/?$/.exec(window.location.pathname) ?? []
const wanted = named === undefined ? null : decodeURIComponent(named)

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
        {wanted !== null && isBanner !== undefined ? (
          <BannerPage wanted={wanted} />
        ) : (
          <FirstPage wanted={wanted} />
        )}
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
