// Every pattern that sees foreign text takes time that grows with the text, not with its square: no push, no page and no
// question may be held up by the shape of a text.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../src/manifest/manifest.ts'
import { capabilityRequest } from '../../src/manifest/request.ts'
import { findSecrets } from '../../src/registry/secrets.ts'
import { pumpsOf } from '../support/regex-pump.ts'
import { bytesOf, skillMd } from '../support/skill-files.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FOLDERS = [
  'src/capabilities',
  'src/integrity',
  'src/manifest',
  'src/oci',
  'src/registry',
  'src/trust',
  'registry-server',
]
const SHORT = 3000
/** Eight times the text takes eight times the work; a square takes 64. Below this many milliseconds nothing is judged. */
const RATIO = 28
const NOTICEABLE = 60

interface Pattern {
  readonly place: string
  readonly source: string
  readonly flags: string
}

function patternsOf(folder: string): Pattern[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => {
      const code = readFileSync(join(ROOT, folder, path), 'utf8')
      const found: Pattern[] = []
      const visit = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return
        const { regex, start } = node as { regex?: { pattern: string; flags: string }; start?: number }
        if (regex) {
          const line = code.slice(0, start).split('\n').length
          found.push({ place: `${folder}/${path}:${line}`, source: regex.pattern, flags: regex.flags })
        } else for (const child of Object.values(node)) visit(child)
      }
      visit(parseAst(code, { lang: 'ts' }))
      return found
    })
}

function milliseconds(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** The first text whose eightfold costs far more than eight times as much. */
function superlinear({ source, flags }: Pattern): string | undefined {
  const pattern = new RegExp(source, flags.replaceAll('y', ''))
  const run = (text: string): number =>
    milliseconds(() => void (pattern.global ? [...text.matchAll(pattern)].length : pattern.test(text)))
  return pumpsOf(source)
    .map(({ before, pump }) => {
      const text = (size: number): string => `${before}${pump.repeat(Math.ceil(size / pump.length))}\u0001`
      const short = run(text(SHORT))
      if (short > NOTICEABLE) return JSON.stringify(pump)
      const long = run(text(SHORT * 8))
      return long > NOTICEABLE && long / Math.max(short, 1) > RATIO ? JSON.stringify(pump) : undefined
    })
    .find((pump) => pump !== undefined)
}

describe('every pattern is linear', () => {
  test.each(FOLDERS)('in %s', (folder) => {
    const slow = patternsOf(folder).flatMap((pattern) => {
      const pump = superlinear(pattern)
      return pump === undefined ? [] : [`${pattern.place} on ${pump}`]
    })
    expect(slow).toEqual([])
  })
})

/** 200 KB of each would take minutes if its square were paid for. */
const TEXTS: readonly (readonly [string, string, string])[] = [
  ['names that a shell reads', 'scripts/a.sh', 'read -read '],
  ['a runner with many versions', 'scripts/a.sh', 'npx a@@@@@@@@'],
  ['quotes', 'scripts/a.sh', '\'"`'],
  ['substitutions', 'scripts/a.sh', '$(<(`'],
  ['here-documents', 'scripts/a.sh', 'bash <<E\n'],
  ['cases', 'scripts/a.sh', 'case x in a|'],
  ['pipes', 'scripts/a.sh', '|env -'],
  ['literals', 'scripts/a.py', 'f"\'"""'],
  ['calls', 'scripts/a.py', 'compile(getattr(vars('],
  ['starts of programs', 'scripts/a.py', 'subprocess.run(x=['],
  ['imports', 'scripts/a.js', 'import (require('],
  ['blanks', 'scripts/a.js', 'Function         '],
  ['comments', 'references/a.md', '<!-- '],
  ['fences', 'references/a.md', '```\n'],
  ['inline code', 'references/a.md', '`a b'],
  ['words that ask for a command', 'references/a.md', 'run the following '],
  ['characters without width', 'references/a.md', '\u200b'],
  ['brackets', 'references/a.md', '<a '],
]

describe('a large text is read at once', () => {
  test.each(TEXTS)('of %s', (_what, path, pump) => {
    const text = pump.repeat(Math.ceil(200_000 / pump.length))
    const files = [
      { path: 'SKILL.md', bytes: bytesOf(skillMd('name: x\ndescription: d')) },
      { path, bytes: bytesOf(text) },
    ]
    const { manifest } = readManifest(files, { folder: 'x', mode: 'tolerant' })
    expect(manifest && capabilityRequest(manifest, files).lines.length).toBeGreaterThanOrEqual(0)
  })

  test('of keys that are none', () => {
    const bytes = bytesOf('a: -----BEGIN PRIVATE KEY-----\n'.repeat(30_000))
    expect(findSecrets([{ path: 'a.txt', bytes }])).toEqual([])
  })
})
