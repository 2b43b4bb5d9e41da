// Skills in memory, for tests of everything that reads one.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SkillFile } from '../../src/integrity/tree.ts'

/** UTF-8 bytes. */
export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Files from a map of path to text. */
export function skillFiles(texts: Readonly<Record<string, string>>): SkillFile[] {
  return Object.entries(texts).map(([path, text]) => ({ path, bytes: bytesOf(text) }))
}

/** A SKILL.md with these frontmatter lines and body. */
export function skillMd(frontmatter: string, body = '# Use\n'): string {
  return `---\n${frontmatter}\n---\n\n${body}`
}

/** The folder of the sample skills. */
export const SAMPLES = fileURLToPath(new URL('../../fixtures/skills/', import.meta.url))

/** The files of one sample skill. */
export function sampleSkill(name: string): SkillFile[] {
  const root = join(SAMPLES, name)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => ({ path: path.replaceAll('\\', '/'), bytes: readFileSync(join(root, path)) }))
}
