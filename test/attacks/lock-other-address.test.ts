// A lock that shows one source and holds the address of another.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { isAnswer } from '../../src/ops/spec-answer.ts'
import type { Resolution } from '../../src/sources/source.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { skillMd, readTreeText, writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

const COMMIT = 'a'.repeat(40)
const git = (url: string, rest: object = {}): Resolution => ({ kind: 'git', url, commit: COMMIT, ...rest })
const archive = (url: string): Resolution => ({ kind: 'archive', url, digest: `sha256:${'b'.repeat(64)}` })
const REPO = 'https://github.com/o/r.git'

describe('an address', () => {
  it.each([
    ['github:o/r', git(REPO)],
    ['github:o/r#path:skills/a', git(REPO, { subdir: 'skills/a' })],
    ['github:o/r#main&path:skills/a', git(REPO, { subdir: 'skills/a' })],
    ['github:o/r#semver:^1&path:a', git(REPO, { subdir: 'a' })],
    [`github:o/r#${COMMIT}`, git(REPO)],
    ['git+https://h.test/r#v1', git('https://h.test/r')],
    ['https://h.test/a.zip', archive('https://h.test/a.zip')],
    [`https://h.test/a.zip#sha256:${'b'.repeat(64)}`, archive('https://h.test/a.zip')],
    ['../x#path:y', { kind: 'path', path: '../x', subdir: 'y' }],
  ] as const)('of the source %s is one', (spec, resolution) => {
    expect(isAnswer({ spec, resolution })).toBe(true)
  })

  it.each([
    ['github:o/r', git('https://github.com/evil/r.git')],
    ['github:o/rr', git(REPO)],
    ['github:o/r#path:skills/a', git(REPO, { subdir: 'evil' })],
    ['github:o/r#path:skills/a', git(REPO)],
    ['github:o/r', git(REPO, { subdir: 'evil' })],
    [`github:o/r#${'c'.repeat(40)}&path:a`, git(REPO, { subdir: 'a' })],
    ['https://h.test/a.zip', archive('https://evil.test/a.zip')],
    [`https://h.test/a.zip#sha256:${'c'.repeat(64)}`, archive('https://h.test/a.zip')],
    ['github:o/r', { kind: 'path', path: './evil' }],
    ['./x', { kind: 'path', path: '../x' }],
  ] as const)('of another place than %s is none', (spec, resolution) => {
    expect(isAnswer({ spec, resolution })).toBe(false)
  })
})

it('is not installed by ci, and not kept by install', async () => {
  const io = testIo()
  writeTree(join(io.root, 'good'), { 'SKILL.md': skillMd('one', 'Good.') })
  writeTree(join(io.root, 'evil'), { 'SKILL.md': skillMd('one', 'Evil.') })
  await add({ sources: [parseSpec('../evil')], agents: ['claude-code'] }, io)
  for (const file of ['skills.json', 'skills.lock']) {
    const path = join(io.project, file)
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(?<="spec": |"one": )"..\/evil"/, '"../good"'))
  }
  await expect(install({ frozen: true }, io)).toThrowCode('lock_stale')
  await install({}, io)
  expect(readTreeText(io.project)['.agents/skills/one/SKILL.md']).toContain('Good.')
})
