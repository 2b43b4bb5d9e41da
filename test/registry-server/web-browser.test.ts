import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findings, startBrowser } from '../support/browser.ts'
import { need } from '../support/need.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { PAGES, publishAll } from '../support/web-pages.ts'

cleanDatabases()

describe.skipIf(need('chromium'))('pages in a browser', () => {
  let registry: TestRegistry
  let browser: Browser
  const shots = process.env.SKILLWARD_TEST_SHOTS
  beforeAll(async () => {
    const sqlite = DATABASES.find(({ name }) => name === 'sqlite')
    if (!sqlite) throw new Error('no database')
    registry = await startRegistry(sqlite)
    await publishAll(registry)
    browser = await startBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await registry?.close()
  })

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
    ['dark', 390],
  ] as const)(
    'axe finds nothing in %s at %d pixels, and no page is wider than the screen',
    async (colorScheme, width) => {
      const context = await browser.newContext({
        colorScheme,
        viewport: { width, height: 844 },
        bypassCSP: true,
      })
      const page = await context.newPage()
      for (const path of PAGES) {
        await page.goto(registry.url + path)
        for (const summary of await page.locator('summary').all()) await summary.click()
        expect(await findings(page), `${path} ${colorScheme} ${width}`).toEqual([])
        const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
        expect(overflow, path).toBeLessThanOrEqual(0)
        if (shots !== undefined) {
          const name = path.replace(/[^a-z0-9.]+/gi, '_')
          await page.screenshot({ path: `${shots}/${colorScheme}-${width}${name}.png`, fullPage: true })
        }
      }
      await context.close()
    },
    180_000,
  )

  const watched = async (): Promise<{ page: Page; problems: string[] }> => {
    const page = await (await browser.newContext()).newPage()
    const problems: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    page.on('pageerror', (error) => void problems.push(error.message))
    page.on('dialog', (dialog) => {
      problems.push(`dialog ${dialog.message()}`)
      void dialog.dismiss()
    })
    return { page, problems }
  }

  test('the policy blocks nothing of ours, and hostile text runs nothing', async () => {
    const { page, problems } = await watched()
    for (const path of PAGES.filter((path) => path !== '/nothing/here')) await page.goto(registry.url + path)
    expect(problems).toEqual([])
    await page.context().close()
  })
  test('results come while one types, and the address follows', async () => {
    const { page, problems } = await watched()
    await page.goto(registry.url)
    await page.getByRole('searchbox').pressSequentially('fetch')
    await page.waitForURL(/\/search\?q=fetch$/)
    await expect.poll(() => page.locator('#results .name').allTextContents()).toEqual(['@acme/fetcher'])
    await page.getByLabel('signed').check()
    await expect.poll(() => page.getByRole('status').textContent()).toContain('Nothing was found')
    expect(problems).toEqual([])
    await page.reload()
    expect(await page.getByRole('searchbox').inputValue()).toBe('fetch')
    await page.context().close()
  })
  test('the results are those of what stands in the box, when an older question is answered last', async () => {
    const { page } = await watched()
    await page.goto(`${registry.url}/search?q=fetch`)
    let release = (): void => {}
    const held = new Promise<void>((resolve) => (release = resolve))
    const asked = page.waitForRequest(/q=fetchx/)
    await page.route(/q=fetchx/, async (route) => {
      await held
      await route.continue().catch(() => {})
    })
    await page.getByRole('searchbox').press('End')
    await page.keyboard.type('x')
    await asked
    await page.keyboard.press('Backspace')
    await expect.poll(() => page.locator('#results').getAttribute('aria-busy')).toBe(null)
    release()
    await page.unrouteAll({ behavior: 'wait' })
    expect(await page.locator('#results .name').allTextContents()).toEqual(['@acme/fetcher'])
    await page.context().close()
  })
  test('arrow keys lead from the box through the results and back', async () => {
    const { page } = await watched()
    await page.goto(`${registry.url}/search?q=notes`)
    const focused = (): Promise<string | null> => page.evaluate('document.activeElement.textContent')
    await page.getByRole('searchbox').focus()
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('@acme/notes')
    await page.keyboard.press('ArrowDown')
    expect(await focused()).toBe('@acme/fetcher')
    await page.keyboard.press('ArrowUp')
    await page.keyboard.press('ArrowUp')
    expect(await page.evaluate('document.activeElement.name')).toBe('q')
    await page.context().close()
  })
  test('everything works without scripts and by keyboard', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(registry.url)
    await page.getByRole('searchbox').fill('pages')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: '@acme/fetcher' }).click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('@acme/fetcher')
    await page.getByLabel('Compare').selectOption('1.0.0')
    await page.getByRole('button', { name: 'Compare' }).click()
    expect(await page.locator('main').textContent()).toContain('It asks for more than before')
    await context.close()
  })
})
