import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CROWD_USER } from '@adsum/cinema/banner'
import { createClient } from '@adsum/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openBrowser } from './browser.ts'
import { type Demonstration, startDemonstration } from './demonstration.ts'

/** Only the banner is looked at: the shelves may know little. */
const PEOPLE = 12
/** Words of the field, which nobody needs in order to use the page. */
const JARGON =
  /regret|bandit|propensit|explor|thompson|statistic|reward|model|coefficient|vector|arm\b/i
/** Milliseconds that anything on the page may take. */
const PATIENCE_MS = 15_000
const screenshots = fileURLToPath(new URL('../../../.cache/screenshots/', import.meta.url))

const opened = await openBrowser()
const title = opened.browser === null ? `the banner (no browser: ${opened.reason})` : 'the banner'

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

  async function openPage(): Promise<Page> {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
    })
    const faults: string[] = []
    const page = await context.newPage()
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('pageerror', (fault) => faults.push(fault.message))
    onTestFinished(async () => {
      await context.close()
      expect(faults).toEqual([])
    })
    await page.goto(demonstration.url)
    return page
  }

  test('learns before one’s eyes, says why, waits for the server, and forgets', async () => {
    const client = createClient({ url: demonstration.url, app: 'cinema' })
    const page = await openPage()
    await page.getByRole('link', { name: 'See the banner learn' }).click()
    await page.getByText('Nobody has come by yet').waitFor()

    const many = page.getByRole('button', { name: 'Let 200 people come by' })
    await many.press('Enter')
    await page
      .getByText(/first 200 people, \d+ in 100 saw/)
      .first()
      .waitFor()
    await many.press('Enter')
    const verdict = page.getByRole('status').getByText(/^Yes: of the last 200 people/)
    await verdict.waitFor({ state: 'attached' })
    expect(await client.readSurface('banner')).toMatchObject({ decisions: 400, learned: 400 })
    const [blind = 0, own = 0] = await missed(page)
    expect(own).toBeLessThan(0.8 * blind)
    await photograph(page, 'banner')

    await page.getByRole('button', { name: 'Why this one?' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Together').waitFor()
    await dialog.getByText('Only to find out more').waitFor()
    expect(await page.locator('body').textContent()).not.toMatch(JARGON)
    await photograph(page, 'banner-why')
    await page.keyboard.press('Escape')

    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'One by one' }).click()
    await page.getByText('The server does not answer. It is started with').first().waitFor()
    await page.context().setOffline(false)
    await page
      .getByText('The server does not answer. It is started with')
      .waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Enough for now' }).click()

    await page.getByRole('button', { name: 'Forget all of it' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Forget them' }).click()
    const receipt = page.getByText(/^Forgotten: 4\d\d people who came by/)
    await receipt.waitFor()
    await expect.poll(() => receipt.evaluate((card) => card === document.activeElement)).toBe(true)
    expect(await client.readSurface('banner')).toMatchObject({ decisions: 0, learned: 0 })
    await expect(client.eraseUser(CROWD_USER)).rejects.toMatchObject({ code: 'user_unknown' })
    await page.getByRole('button', { name: 'One by one' }).click()
    await expect.poll(() => page.getByText('25 in 100', { exact: true }).count()).toBe(4)
  })
})

/** Clicks missed blindly, and by the banner that learns, as the page says. */
async function missed(page: Page): Promise<number[]> {
  const section = page.getByRole('region', { name: 'Clicks missed so far' })
  return (await section.locator('li strong').allTextContents()).map(Number)
}

async function photograph(page: Page, name: string): Promise<void> {
  for (const [width, colorScheme] of [
    [1280, 'light'],
    [390, 'dark'],
  ] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 900 })
    const beyond = await page.evaluate(
      () => document.documentElement.scrollWidth - window.innerWidth,
    )
    expect(beyond).toBeLessThanOrEqual(0)
    const path = join(screenshots, `${name}-${width}-${colorScheme}.png`)
    await page.screenshot({ path, fullPage: true })
  }
}
