// Skills that fill every part of the pages, some of them hostile, and the addresses of those pages.
import { artifactOf, filesToPublish, push, type SkillToPublish } from './catalogue.ts'
import type { TestRegistry } from './registry.ts'

export const HOSTILE =
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

/** One of each kind; the last one is not there. */
export const PAGES = [
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

/** Publishes the skills, one of them yanked, one deprecated. */
export async function publishAll(registry: TestRegistry): Promise<void> {
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
