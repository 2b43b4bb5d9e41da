import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { mustAsk } from '../../src/ops/must-ask.ts'
import { findScope } from '../../src/ops/scope.ts'
import { makeRepo, publishBare, temporaryFolder } from '../support/git-repo.ts'
import { startGitServer, type GitServer } from '../support/git-server.ts'
import { testIo, type TestIo } from '../support/test-io.ts'

let server: GitServer
let url: string

beforeAll(async () => {
  const root = temporaryFolder()
  const repo = makeRepo({ 'SKILL.md': '---\nname: one\ndescription: One.\n---\nText.\n' })
  publishBare(repo, root, 'o/r.git')
  server = await startGitServer({ root })
  url = `${server.url}/o/r.git`
})
afterAll(() => server.close())

/** What a fetch that did not end would leave. */
function unfinished(io: TestIo): string[] {
  const folder = join(io.settings.cacheDir, 'git')
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tmp')) : []
}

it('is not begun for a source that the lock mentions, nor where skills.json says which sources it allows', () => {
  const io = testIo()
  const scope = findScope(io.settings, false)
  expect(mustAsk({ kind: 'git', url }, scope)).toBe(true)
  expect(mustAsk({ kind: 'path', path: '.' }, scope)).toBe(false)
  writeFileSync(join(io.project, 'skills.json'), '{"skills": {}, "sources": {"deny": ["*"]}}')
  expect(mustAsk({ kind: 'git', url }, scope)).toBe(false)
  rmSync(join(io.project, 'skills.json'))
  writeFileSync(join(io.project, 'skills.lock'), JSON.stringify({ url: url.replace(/\.git$/, '') }))
  expect(mustAsk({ kind: 'git', url }, scope)).toBe(false)
})

it('ends with the command that fails, and leaves nothing unfinished', async () => {
  const io = testIo()
  const request = { sources: [{ kind: 'git' as const, url }], agents: ['no-such-agent'] }
  await expect(add(request, io)).toThrowCode('agent_unknown')
  expect(unfinished(io)).toEqual([])
  expect(existsSync(join(io.project, 'skills.lock'))).toBe(false)
})

it('tells of a source that cannot be reached', async () => {
  const request = { sources: [{ kind: 'git' as const, url: `${server.url}/o/none.git` }] }
  await expect(add(request, testIo())).toThrowCode('source_not_found')
})
