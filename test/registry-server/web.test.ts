import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { markdownToHtml } from '../../registry-server/services/readme-html.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry, type TestRegistry } from '../support/registry.ts'
import { HOSTILE, PAGES, publishAll } from '../support/web-pages.ts'

cleanDatabases()

describe('the text of a skill as HTML', () => {
  const render = (markdown: string): Promise<string> =>
    markdownToHtml(markdown, { url: '/files/', has: (path) => path === 'x' })
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
  test.skipIf(skip)('lead from a skill to what it depends on', async () => {
    const html = await (await registry.anonymous('/skills/@acme/fetcher')).text()
    expect(html).toContain('<a href="/skills/@acme/notes">notes</a>')
  })
  test.skipIf(skip)('say in plain words what a version may do that another may not', async () => {
    const html = await (await registry.anonymous('/skills/@acme/fetcher/diff?from=1.0.0&to=1.1.0')).text()
    expect(html).toContain('Contact every host below example.org')
    expect(html).toContain('network: a.example.org → *.example.org')
  })
  test.skipIf(skip)('tell a browser in a page what went wrong, and a program in a document', async () => {
    for (const [path, status, title] of [
      ['/skills/@acme/fetcher/v/9.9.9', 404, 'There is no such version'],
      ['/skills/@acme/nothing', 404, 'There is no such skill'],
      ['/search?cursor=x', 400, 'The request is not understood'],
      ['/nothing/here', 404, 'The registry has no such thing'],
    ] as const) {
      const page = await registry.anonymous(path, { headers: { accept: 'text/html,*/*;q=0.8' } })
      expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(page.headers.get('cache-control')).toBe('no-store')
      expect(await page.text()).toContain(`<h1>${title}</h1>`)
      const document = await registry.anonymous(path, { headers: { accept: '*/*' } })
      expect(document.headers.get('content-type')).toBe('application/problem+json')
      expect(await document.json()).toMatchObject({ status, title })
    }
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
