import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderReadme } from '../../registry-server/services/readme.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { findings, startBrowser } from '../support/browser.ts'
import { artifactOf, filesToPublish, push, type SkillToPublish } from '../support/catalogue.ts'
import { need } from '../support/need.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'

cleanDatabases()

const HOSTILE =
  '"><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe {{7*7}} ${8*8} \u200b&amp;'

const TOML = `[skill]
name = "fetcher"
topics = ["crawling"]
[capabilities.terminal]
allow = ["git **", "python3 scripts/*.py"]
[capabilities.network]
hosts = ["*.example.org"]
[capabilities.filesystem]
read = ["\${project}/**"]
write = ["\${project}/out/**"]
[optional-capabilities.env]
optional = ["FETCH_TOKEN"]
[dependencies]
notes = "^1.0"
`

const README = `# Fetcher

Reads pages and **writes notes**.

| a | b |
|---|:-:|
| 1 | 2 |

- [ ] open
- [x] done

\`\`\`sh
python3 scripts/fetch.py https://example.org --out notes.md
\`\`\`

> Quoted, with [a link](https://example.org) and [a file](scripts/fetch.py).

![a picture](https://evil.example.net/pixel.png)
`

const SKILLS: readonly SkillToPublish[] = [
  { name: '@acme/notes', version: '1.0.0', description: 'Keeps notes.' },
  {
    name: '@acme/fetcher',
    version: '1.0.0',
    toml: TOML.replace('"*.example.org"', '"a.example.org"'),
    description: 'Fetches pages and writes notes about them.',
    body: README,
    files: { 'scripts/fetch.py': 'print(1)\n' },
  },
  {
    name: '@acme/fetcher',
    version: '1.1.0',
    toml: TOML,
    description: 'Fetches pages and writes notes about them.',
    body: README,
    files: { 'scripts/fetch.py': 'print(1)\n' },
  },
  {
    name: '@acme/hostile',
    version: '1.0.0',
    description: HOSTILE.replace('\u202e', '').replace('\u200b', ''),
    body: `${HOSTILE}\n\n[x](javascript:alert(3)) <svg onload=alert(4)> [y](data:text/html,x)\n`,
    files: { "it's &amp; {{b}} ü.md": 'x' },
  },
]

const PAGES = [
  '/',
  '/search',
  '/search?q=notes&capability=network&signed=true&scope=%40acme',
  '/search?q=fetch',
  '/skills/@acme/fetcher',
  '/skills/@acme/fetcher/v/1.0.0',
  '/skills/@acme/fetcher/diff?from=1.0.0&to=1.1.0',
  '/skills/@acme/hostile',
  '/@acme',
  '/publish',
  '/status',
  '/nothing/here',
]

async function publishAll(registry: TestRegistry): Promise<void> {
  for (const skill of SKILLS) {
    const response = await push(
      (path, init) => registry.fetch(path, init),
      artifactOf(skill, filesToPublish(skill)),
    )
    if (response.status !== 201) throw new Error(await response.text())
  }
  await registry.json('POST', '/api/v1/skills/@acme/fetcher/versions/1.0.0/yank', {
    reason: HOSTILE.slice(0, 20),
  })
  await registry.json('POST', '/api/v1/skills/@acme/hostile/deprecation', { message: HOSTILE })
}

describe('the text of a skill as HTML', () => {
  const render = (markdown: string): Promise<string> =>
    renderReadme(markdown, { url: '/files/', has: (path) => path === 'x' })
  test.each([
    ['<script>alert(1)</script>', /^\s*$/],
    ['<img src=x onerror=alert(1)>', /<img src="\/files\/x" alt="" loading="lazy" \/>/],
    ['[x](javascript:alert(1))', /<a>x<\/a>/],
    ['[x](JaVaScRiPt&colon;alert(1))', /<a>x<\/a>/],
    ['<a href="data:text/html,x">x</a>', /<a>x<\/a>/],
    ['<a href="//evil.example.net">x</a>', /<a>x<\/a>/],
    ['[up](../../../etc/passwd)', /<a>up<\/a>/],
    ['<style>*{display:none}</style>x', /^<p>x<\/p>|^x/],
    ['<p style="position:fixed" id="main" class="high" onclick="x()">x</p>', /^<p>x<\/p>/],
    ['<form action="/x"><button>Go</button></form>', /^Go\s*$/],
    ['<iframe src="https://evil.example.net"></iframe>', /^\s*$/],
    ['<svg><script>alert(1)</script></svg>', /^\s*$|^<p><\/p>/],
    ['<math><mtext></table><mglyph><style><img src=x onerror=alert(1)>', /^(?!.*onerror=alert)/s],
    ['![p](https://evil.example.net/p.png)', /<em>p<\/em>/],
    ['<input type="text" name="q" autofocus>', /<input type="checkbox" disabled aria-label="not done" \/>/],
  ])('%s is harmless', async (markdown, expected) => {
    const html = await render(markdown)
    expect(html).toMatch(expected)
    expect(html).not.toMatch(
      /<(?:script|style|iframe|svg|form|object|embed|base|meta|link)|\son\w+=|javascript:|style=/i,
    )
  })
  test('takes bounded time for text that is made to be slow, and shows it plain', async () => {
    const attacks = [
      '['.repeat(50_000),
      '![]('.repeat(20_000),
      '*a_ '.repeat(30_000),
      '> '.repeat(5000),
      '- '.repeat(5000),
      '<'.repeat(100_000),
      '`'.repeat(50_000) + 'a',
      '|a'.repeat(30_000) + '\n' + '|-'.repeat(30_000),
      '&#'.repeat(50_000),
      '<!--'.repeat(30_000),
      '[a](<'.repeat(20_000),
      '\\'.repeat(100_000),
      '  \n'.repeat(50_000),
      '<div>'.repeat(20_000),
    ]
    for (const text of attacks) {
      const start = performance.now()
      const html = await render(text)
      expect(performance.now() - start, text.slice(0, 10)).toBeLessThan(4000)
      expect(html).not.toMatch(/<div|<!--/)
    }
    expect(await render(`${'a.'.repeat(90_000)}@`)).toMatch(/^<pre tabindex="0">a\.a/)
    expect(await render('**fine**')).toBe('<p><strong>fine</strong></p>\n')
  })
})

describe.each(DATABASES)('pages on $name', (database) => {
  const { skip } = database
  let registry: TestRegistry
  beforeAll(async () => {
    if (skip) return
    registry = await startRegistry(database)
    await publishAll(registry)
  }, 120_000)
  afterAll(() => registry?.close())

  test.skipIf(skip)('have a strict policy and nothing inline', async () => {
    for (const path of PAGES) {
      const response = await registry.anonymous(path, { headers: { accept: 'text/html' } })
      const html = await response.text()
      expect(response.status, path).toBe(path === '/nothing/here' ? 404 : 200)
      expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
      const policy = response.headers.get('content-security-policy') ?? ''
      expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
      expect(policy).not.toContain('unsafe')
      const tags = html.replace(/"[^"]*"/g, '""')
      expect(tags).not.toMatch(/<style|<[a-z][^<>]*\s(?:style|on[a-z]+)=|<script>/i)
      expect(html).not.toMatch(/(?:href|src|action)="\s*(?:javascript|data):/i)
      expect(html).not.toMatch(/undefined|\[object |NaN/)
    }
  })
  test.skipIf(skip)('show what a skill may do, its versions, and how to install it', async () => {
    const html = await (await registry.anonymous('/skills/@acme/fetcher')).text()
    expect(html).toContain('Run git with any arguments')
    expect(html).toContain(`skills add @acme/fetcher --registry ${registry.url}`)
    expect(html).toContain('yanked')
    const diff = await (await registry.anonymous('/skills/@acme/fetcher/diff?from=1.0.0&to=1.1.0')).text()
    expect(diff).toContain('May do more')
    expect(diff).toContain('*.example.org')
  })
  test.skipIf(skip)('offer to compare a version with another one, also the oldest', async () => {
    const html = await (await registry.anonymous('/skills/@acme/fetcher/v/1.0.0')).text()
    const chosen = [...html.matchAll(/<option selected>([^<]+)</g)].map(([, version]) => version)
    expect(chosen).toEqual(['1.1.0', '1.0.0'])
  })
  test.skipIf(skip)('show only commands that the command line takes', async () => {
    const shown: string[] = []
    for (const path of PAGES) {
      const html = await (await registry.anonymous(path, { headers: { accept: 'text/html' } })).text()
      const blocks = html.matchAll(/<pre tabindex="0"><code>(skills [^<]+)</g)
      shown.push(...[...blocks].map(([, text = '']) => text.replaceAll('&quot;', '"')))
    }
    for (const line of shown) {
      const [, name = '', ...words] = line.replace(/"[^"]*"/g, 'TEXT').split(' ')
      const row = COMMANDS.find((command) => command.name === name)
      const known = (row?.options ?? []).flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? [])
      expect(known, line).toEqual(expect.arrayContaining(words.filter((word) => word.startsWith('-'))))
    }
    const publish = './release-notes --scope @your-scope'
    expect(shown).toEqual(
      expect.arrayContaining([
        `skills login --registry ${registry.url}`,
        `skills publish ${publish} --dry-run --registry ${registry.url}`,
        `skills publish ${publish} --registry ${registry.url}`,
        `skills yank @your-scope/release-notes@1.0.0 --reason "loses the last line" --registry ${registry.url}`,
      ]),
    )
  })
  test.skipIf(skip)(
    'nothing from outside is shown unescaped or answered with a failure',
    async () => {
      const strings = [
        HOSTILE,
        "' OR 1=1 --",
        '%00',
        '\u0000\u0001',
        '%ed%a0%80',
        '../../etc/passwd',
        '__proto__',
        '${jndi:ldap://x}',
        '{{constructor}}',
        'NULL',
        '1e999',
        '-1',
        '🏳️‍🌈'.repeat(50),
        'ﷺ'.repeat(300),
        'a'.repeat(4000),
        '*'.repeat(200),
        'NEAR(a b)',
        'title:x AND NOT y',
        '"unclosed',
        "it''s :* & | !",
        '<->',
      ]
      const places = (text: string): string[] => [
        `/search?q=${text}`,
        `/search?scope=${text}`,
        `/search?capability=${text}`,
        `/search?cursor=${text}`,
        `/skills/${text}/x`,
        `/skills/@acme/${text}`,
        `/skills/@acme/fetcher/v/${text}`,
        `/skills/@acme/fetcher/diff?from=${text}&to=${text}`,
        `/@${text}`,
        `/${text}`,
        `/api/v1/search?q=${text}&scope=${text}`,
        `/api/v1/skills/${text}/${text}`,
        `/api/v1/skills/@acme/fetcher/versions/${text}`,
        `/api/v1/skills/@acme/fetcher/versions/1.1.0/files/${text}`,
        `/api/v1/skills/@acme/fetcher/diff?from=${text}`,
        `/.well-known/agent-skills/${text}/1.0.0.tar.gz`,
        `/.well-known/skills/${text}/SKILL.md`,
        `/clawhub/api/v1/search?q=${text}&limit=${text}`,
        `/clawhub/api/v1/skills/${text}`,
        `/clawhub/api/v1/skills?cursor=${text}&sort=${text}&limit=${text}`,
        `/clawhub/api/v1/skills/fetcher/file?path=${text}`,
        `/clawhub/api/v1/download?slug=${text}&version=${text}`,
        `/clawhub/api/v1/resolve?slug=fetcher&hash=${text}`,
        `/npm/@${text}/${text}`,
        `/npm/@acme/fetcher/-/${text}.tgz`,
      ]
      for (const text of strings) {
        const encoded = text.startsWith('%') ? text : encodeURIComponent(text)
        const responses = await Promise.all(
          places(encoded).map((path) => registry.anonymous(path, { headers: { accept: 'text/html' } })),
        )
        for (const response of responses) {
          const body = await response.text()
          expect(response.status, `${response.url} ${body}`).toBeLessThan(500)
          if (response.headers.get('content-type')?.startsWith('text/html')) {
            expect(body, response.url).not.toMatch(/<script>|<img src=x|\u202e/)
          }
        }
      }
    },
    120_000,
  )
})

describe.skipIf(need('chromium'))('in a browser', () => {
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
    await expect.poll(() => page.locator('#results').textContent()).toContain('Nothing was found')
    expect(problems).toEqual([])
    await page.reload()
    expect(await page.getByRole('searchbox').inputValue()).toBe('fetch')
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
