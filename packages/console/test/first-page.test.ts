import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@adsum/client'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openBrowser } from './browser.ts'
import { type Demonstration, startDemonstration } from './demonstration.ts'

const PEOPLE = 200
/** Words of the algebra, which nobody needs in order to use the page. */
const ALGEBRA = /statistic|ridge|matri(x|ces)|coefficient|vector|learner|regression/i
/** Milliseconds that anything on the page may take. */
const PATIENCE_MS = 10_000
const run = promisify(execFile)
const screenshots = fileURLToPath(new URL('../../../.cache/screenshots/', import.meta.url))

const opened = await openBrowser()
const title =
  opened.browser === null ? `the first page (no browser: ${opened.reason})` : 'the first page'

describe.skipIf(opened.browser === null)(title, () => {
  const browser = opened.browser as Browser
  let demonstration: Demonstration

  beforeAll(async () => {
    demonstration = await startDemonstration(PEOPLE)
    await mkdir(screenshots, { recursive: true })
  })
  afterAll(async () => {
    await browser.close()
    await demonstration.close()
  })

  /** A fresh page; the test fails on any error of its scripts. */
  async function openPage(path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    })
    const faults: string[] = []
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('pageerror', (fault) => faults.push(fault.message))
    page.on('console', (message) => {
      // A person of whom nothing is recorded is a 404, which the browser notes by itself.
      const expected = message.text().startsWith('Failed to load resource')
      if (message.type() === 'error' && !expected) faults.push(message.text())
    })
    onTestFinished(async () => {
      await context.close()
      expect(faults).toEqual([])
    })
    await page.goto(demonstration.url + path)
    return page
  }

  const panelOf = (page: Page, name: string) => page.getByRole('article', { name })
  const filmsOf = (panel: Locator) => panel.locator('ol').last().getByRole('heading')
  const titles = (panel: Locator) => filmsOf(panel).allTextContents()

  async function ready(panel: Locator): Promise<void> {
    await filmsOf(panel).first().waitFor()
  }

  test('fits every width without scrolling sideways, in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [390, 1280]) {
        const page = await openPage('/', { colorScheme, viewport: { width, height: 900 } })
        await ready(panelOf(page, 'Theo'))
        await expectNoSideways(page)
        await page.screenshot({
          path: join(screenshots, `first-page-${width}-${colorScheme}.png`),
          fullPage: true,
        })
        await panelOf(page, 'Theo').getByRole('button', { name: /^Why/ }).first().click()
        await page.getByText('Together').waitFor()
        await expectNoSideways(page)
        expect(await page.locator('body').textContent()).not.toMatch(ALGEBRA)
        await page.screenshot({ path: join(screenshots, `why-${width}-${colorScheme}.png`) })
      }
    }
  })

  test('shows two people two different shelves, and one when it is the same for everyone', async () => {
    const page = await openPage()
    const nora = panelOf(page, 'Nora')
    const theo = panelOf(page, 'Theo')
    await ready(nora)
    await ready(theo)
    expect(await titles(nora)).toHaveLength(6)
    expect(await titles(nora)).not.toEqual(await titles(theo))
    await page.getByRole('switch', { name: 'Same for everyone' }).press('Space')
    await nora.getByText('The shelf that everyone gets').waitFor()
    await theo.getByText('The shelf that everyone gets').waitFor()
    expect(await titles(nora)).toEqual(await titles(theo))
  })

  test('changes the shelf when a film is watched, and keeps the keyboard in place', async () => {
    const page = await openPage('/apps/cinema', { reducedMotion: 'no-preference' })
    const theo = panelOf(page, 'Theo')
    await ready(theo)
    const before = await titles(theo)
    const [first = ''] = before
    await theo.getByRole('button', { name: `Watch this: ${first}` }).press('Enter')
    await theo.getByText(`Theo watched ${first}`).waitFor()
    await expect.poll(() => titles(theo), { timeout: PATIENCE_MS }).not.toContain(first)
    const recently = theo.getByRole('region', { name: 'Recently watched' })
    expect(await recently.getByRole('listitem').first().textContent()).toBe(first)
    const after = await titles(theo)
    // More has changed than that one film left and another came in at the end.
    expect(after.slice(0, 5)).not.toEqual(before.slice(1))
    const focused = page.locator(':focus')
    expect(await focused.getAttribute('aria-label')).toBe(`Watch this: ${after[0]}`)
  })

  test('gives reasons whose shares add up to the total that it shows', async () => {
    const page = await openPage()
    const nora = panelOf(page, 'Nora')
    await ready(nora)
    for (const film of (await titles(nora)).slice(0, 2)) {
      await nora.getByRole('button', { name: `Why? ${film}` }).click()
      const dialog = page.getByRole('dialog', { name: `Why ${film}?` })
      await dialog.getByText('Together').waitFor()
      const shares = await dialog.getByRole('listitem').locator('span:last-child').allTextContents()
      const total = await dialog.locator('p:has-text("Together") > span').last().textContent()
      const decimals = total?.split('.')[1]?.length ?? 0
      const inLastDigits = (text: string) =>
        Math.round(Number(text.replace('\u2212', '-')) * 10 ** decimals)
      const named = shares.filter((text) => /\d$/.test(text))
      expect(named.length).toBeGreaterThan(1)
      expect(named.length).toBeLessThanOrEqual(6)
      const sum = named.reduce((all, share) => all + inLastDigits(share), 0)
      expect(sum).toBe(inLastDigits(total ?? ''))
      await page.keyboard.press('Escape')
      await dialog.waitFor({ state: 'hidden' })
    }
  })

  test('forgets a person: the receipt is completed, and the shelf is a stranger’s', async () => {
    const page = await openPage()
    const nora = panelOf(page, 'Nora')
    await ready(nora)
    await nora.getByRole('button', { name: 'Forget me' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget Nora' }).click()
    const receipt = nora.getByRole('region', { name: 'Receipt' })
    await receipt
      .getByText(/\d+ recorded events and \d+ answers? given to Nora were deleted/)
      .waitFor()
    await receipt.getByText(/the shared model was rebuilt without you/).waitFor()
    await expect.poll(() => receipt.evaluate((card) => card === document.activeElement)).toBe(true)
    await nora.getByText(/this is the shelf of somebody who was never here/).waitFor()
    expect(await nora.getByRole('region', { name: 'Recently watched' }).count()).toBe(0)
    const client = createClient({ url: demonstration.url, app: 'cinema' })
    const stranger = await client.decide({ surface: 'home', user: 'somebody-new', limit: 6 })
    expect(await titles(nora)).toEqual(stranger.choices.map((choice) => choice.title))
    await expect(client.readUser('nora')).rejects.toMatchObject({ code: 'user_unknown' })
  })

  test('takes a file to a verdict and to shelves for the people in it', async () => {
    const page = await openPage()
    await page.getByRole('button', { name: 'No file at hand?' }).click()
    await page.getByRole('heading', { name: 'How tea-shop.csv was understood' }).waitFor()
    expect(await page.getByLabel('customer').inputValue()).toBe('user')
    expect(await page.getByLabel('product', { exact: true }).inputValue()).toBe('item')
    await page.getByRole('button', { name: 'Find out' }).click()
    await page
      .getByText(/^Worth it: of every/)
      .last()
      .waitFor({ timeout: 3 * PATIENCE_MS })
    expect(await page.getByRole('row').count()).toBeGreaterThanOrEqual(4)
    await page.getByRole('button', { name: 'Make the app' }).click()
    const shelf = page.getByRole('region', { name: 'Shelf of c-' })
    await shelf.getByText(/events on record/).waitFor({ timeout: 3 * PATIENCE_MS })
    await page.getByLabel('Whose shelf?').fill('nobody at all')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.getByText('this is what a stranger sees').waitFor()
    expect(await page.locator('body').textContent()).not.toMatch(ALGEBRA)
    await photograph(page, 'own-data')
  })

  test('lets a column be put right, and says where a file is wrong', async () => {
    const page = await openPage()
    const row = (at: number) => `p${at % 7},x${at % 11},2026-03-${10 + (at % 9)}`
    const rows = Array.from({ length: 30 }, (_, at) => row(at))
    rows[4] = 'p1,x1,not a day'
    await dropFile(page, 'notes.csv', `user,thing,time\n${rows.join('\n')}\n`)
    await page.getByText(/^Line 6, column time: expected a time .*, found not a day/).waitFor()
    const missing = page.getByText('Say above which column names the person')
    await page.getByLabel('user').selectOption('ignored')
    await missing.waitFor()
    await page.getByLabel('thing').selectOption('item')
    await page.getByLabel('user').selectOption('user')
    await missing.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Find out' }).click()
    await page
      .getByText(/not enough data/i)
      .first()
      .waitFor()
  })

  test('offers code that does what it says', async () => {
    const page = await openPage()
    const code = page.locator('pre code')
    await expect.poll(() => code.textContent()).toContain('film-001')
    const curl = await run('bash', ['-c', (await code.textContent()) ?? ''])
    expect(curl.stdout).toMatch(/"accepted".*"choices".*"receipt"/s)
    await page.getByRole('tab', { name: 'TypeScript' }).click()
    await code.getByText('createClient').waitFor()
    const script = (await code.textContent()) ?? ''
    const folder = fileURLToPath(new URL('..', import.meta.url))
    const node = ['--input-type=module-typescript', '--eval', script]
    const typescript = await run(process.execPath, node, { cwd: folder })
    expect(typescript.stdout).toContain('1 events forgotten')
  })

  test('says in words what it cannot show', async () => {
    const unknown = await openPage('/apps/nowhere')
    await unknown.getByText('There is no app called “nowhere”').waitFor()
    const alone = await openPage()
    await ready(panelOf(alone, 'Theo'))
    await alone.context().setOffline(true)
    await alone.getByText('The server does not answer. It is started with').waitFor()
    expect(await titles(panelOf(alone, 'Theo'))).toHaveLength(6)
    await alone.context().setOffline(false)
    await alone
      .getByText('The server does not answer. It is started with')
      .waitFor({ state: 'detached' })
  })
})

async function expectNoSideways(page: Page): Promise<void> {
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
  expect(beyond).toBeLessThanOrEqual(0)
}

async function photograph(page: Page, name: string): Promise<void> {
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    await expectNoSideways(page)
    const path = join(screenshots, `${name}-${width}-${colorScheme}.png`)
    await page.screenshot({ path, fullPage: true })
  }
}

/** Drops a file as a person does with the mouse. */
async function dropFile(page: Page, name: string, content: string): Promise<void> {
  const data = await page.evaluateHandle(
    ({ text, name }) => {
      const transfer = new DataTransfer()
      transfer.items.add(new File([text], name, { type: 'text/csv' }))
      return transfer
    },
    { text: content, name },
  )
  await page.getByText('or drop one here').dispatchEvent('drop', { dataTransfer: data })
}
