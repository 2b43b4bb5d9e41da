// One client sends the slowest that it can; the built server answers the others, and ends what takes too long.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRegistry, ServeOptions } from '../../registry-server/main.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'

const BUNDLE = fileURLToPath(new URL('../../dist/registry-server.js', import.meta.url))

/** Each is short, and keeps Markdown's parser or the sanitizer busy for seconds or more. */
const SLOW_TEXTS = [
  '<b>'.repeat(66_000),
  '['.repeat(50_000),
  '![]('.repeat(20_000),
  '*a_ '.repeat(30_000),
  '<'.repeat(100_000),
  `|a`.repeat(30_000) + '\n' + '|-'.repeat(30_000),
  '[a](<'.repeat(20_000),
  `${'a.'.repeat(90_000)}@`,
  '<i><b>'.repeat(33_000),
  `<a href="x">`.repeat(16_000),
]

describe('a client that sends what is slow', () => {
  let data: string
  let running: RunningRegistry
  const send = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(new URL(path, running.url), {
      ...init,
      headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${running.firstToken}` },
    })
  const publish = (name: string, body: string): Promise<Response> => {
    const skill = { name: `@slow/${name}`, version: '1.0.0', body }
    return push(send, artifactOf(skill, filesToPublish(skill)))
  }
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'registry-'))
    const { serve } = (await import(pathToFileURL(BUNDLE).href)) as {
      serve: (options: ServeOptions) => Promise<RunningRegistry>
    }
    running = await serve({ data, port: 0, limits: { renderMs: 300, judgeMs: 5000, textWaitMs: 60_000 } })
  })
  afterAll(async () => {
    await running.close()
    rmSync(data, { recursive: true, force: true })
  })

  test('gets pages with the text as it was written, and no tag of it', async () => {
    expect((await publish('fine', '**fine** and quick\n')).status).toBe(201)
    for (const [index, text] of SLOW_TEXTS.entries()) {
      expect((await publish(`text-${index}`, text)).status).toBe(201)
    }
    const pages = SLOW_TEXTS.map((_, index) => fetch(new URL(`/skills/@slow/text-${index}`, running.url)))
    // Asked after all of them, answered before they are done.
    const health = await fetch(new URL('/healthz', running.url))
    expect(health.status).toBe(200)
    for (const page of pages) {
      const answer = await page
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('aria-label="Text of the skill"')
    }
    const fine = await fetch(new URL('/skills/@slow/fine', running.url))
    expect(await fine.text()).toContain('<strong>fine</strong> and quick')
  })

  test('is rendered in a thread, with the page of the same digest kept', async () => {
    const path = '/api/v1/skills/@slow/text-0/versions/1.0.0/readme'
    const first = (await (await fetch(new URL(path, running.url))).json()) as { html: string }
    const again = (await (await send(path)).json()) as { html: string }
    expect(again).toEqual(first)
  })
})
