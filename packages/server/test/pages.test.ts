import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createServer } from '../src/index.ts'
import { codeOf, MemoryEngine, send, serveMemory } from '../src/testing/index.ts'

const INDEX = '<!doctype html><title>Adsum</title>'

function builtPages(): string {
  const root = mkdtempSync(join(tmpdir(), 'adsum-pages-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  const pages = join(root, 'dist')
  mkdirSync(join(pages, 'assets'), { recursive: true })
  writeFileSync(join(root, 'secret.txt'), 'secret')
  writeFileSync(join(pages, 'index.html'), INDEX)
  writeFileSync(join(pages, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  writeFileSync(join(pages, 'assets', 'index-3f9c.js'), 'export {}')
  return pages
}

test('the page is served at every page path, and only there', async () => {
  const { url } = await serveMemory({ pages: builtPages() })
  for (const path of ['/', '/apps/cinema', '/apps/cinema/banner', '/index.html', '/?tab=why']) {
    const response = await fetch(url + path)
    expect(response.status, path).toBe(200)
    expect(response.headers.get('content-type'), path).toMatch(/^text\/html/)
    expect(response.headers.get('cache-control'), path).toBe('no-cache')
    expect(await response.text(), path).toBe(INDEX)
  }
  for (const path of ['/apps', '/apps/cinema/more', '/assets/', '/assets/other.js', '/console']) {
    expect(codeOf(await send(url + path)), path).toBe('route_unknown')
  }
})

test('files whose names change with their content may be kept for a year', async () => {
  const { url } = await serveMemory({ pages: builtPages() })
  const asset = await fetch(`${url}/assets/index-3f9c.js`)
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  expect(asset.headers.get('content-type')).toMatch(/javascript/)
  const icon = await fetch(`${url}/favicon.svg`)
  expect(icon.headers.get('cache-control')).toBe('no-cache')
})

test('pages may run their own scripts only, and be framed by nobody', async () => {
  const { url } = await serveMemory({ pages: builtPages() })
  const { headers } = await fetch(url)
  const policy = new Map(
    headers
      .get('content-security-policy')
      ?.split(';')
      .map((directive) => {
        const [name = '', ...values] = directive.trim().split(' ')
        return [name, values.join(' ')]
      }),
  )
  expect(policy.get('default-src')).toBe("'none'")
  expect(policy.get('script-src')).toBe("'self'")
  expect(policy.get('style-src')).toBe("'self' 'unsafe-inline'")
  expect(policy.get('connect-src')).toBe("'self'")
  expect(policy.get('frame-ancestors')).toBe("'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.has('strict-transport-security')).toBe(false)
})

test.each(['/../secret.txt', '/assets/../../secret.txt', '/..%2fsecret.txt', '/%2e%2e/secret.txt'])(
  'nothing beside the pages is served: %s',
  async (path) => {
    const { server } = await serveMemory({ pages: builtPages() })
    const { statusCode, body } = await server.inject({
      url: path,
      headers: { host: 'localhost' },
    })
    expect(statusCode).toBe(404)
    expect(body).not.toBe('secret')
  },
)

test('without pages the API answers alone', async () => {
  const { url } = await serveMemory()
  expect(codeOf(await send(url))).toBe('route_unknown')
})

test('pages that were not built are an error at once', () => {
  const engine = new MemoryEngine('cinema')
  expect(() => createServer({ engine, version: '1', pages: '/nowhere' })).toThrow(/no built pages/)
})
