// A moved tag, a force-pushed branch, a vanished commit: the lock holds, `update --check` sees, nothing changes silently.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { updateExit } from '../../src/ops/update-item.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { makeRepo } from '../support/git-repo.ts'
import { skillMd, readTreeText, writeTree } from '../support/skill-tree.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'

async function locked(fragment: string): Promise<{ io: TestIo; repo: ReturnType<typeof makeRepo> }> {
  const io = testIo()
  const repo = makeRepo({ 'SKILL.md': skillMd('one') }, join(io.root, 'repo'))
  repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true')
  repo.git('tag', 'v1.0.0')
  await add({ sources: [parseSpec(`git+${repo.url}${fragment}`)], agents: ['claude-code'] }, io)
  return { io, repo }
}

function elsewhere(io: TestIo): TestIo {
  const { 'skills.json': project = '', 'skills.lock': lock = '' } = readTreeText(io.project)
  writeTree(join(io.root, 'elsewhere/project'), { 'skills.json': project, 'skills.lock': lock })
  return ioAt(join(io.root, 'elsewhere'))
}

it('restores the locked commit after a tag was moved, and tells of the move', async () => {
  const { io, repo } = await locked('#v1.0.0')
  repo.commit({ 'SKILL.md': skillMd('one', 'Evil.') })
  repo.git('tag', '-f', 'v1.0.0')
  const other = elsewhere(io)
  await install({ frozen: true }, other)
  expect(readTreeText(other.project)).toEqual(readTreeText(io.project))
  expect((await verify({ names: [] }, other)).ok).toBe(true)
  const check = await update({ names: [], check: true }, other)
  expect([check.items[0]?.status, updateExit(check)]).toEqual(['moved', 3])
})

it('never takes a force-pushed branch on without an update', async () => {
  const { io, repo } = await locked('#main')
  repo.git('checkout', '--quiet', '--orphan', 'fresh')
  repo.commit({ 'SKILL.md': skillMd('one', 'Evil.') })
  repo.git('branch', '-f', 'main', 'fresh')
  for (const frozen of [true, false]) {
    const other = elsewhere(io)
    await install({ frozen }, other)
    expect(readTreeText(other.project)).toEqual(readTreeText(io.project))
    rmSync(other.root, { recursive: true })
  }
  expect((await add({ sources: [parseSpec(`git+${repo.url}#main`)] }, io)).skills[0]?.status).toBe(
    'unchanged',
  )
})

it('fails when the locked commit is gone, and installs nothing', async () => {
  const { io, repo } = await locked('#main')
  repo.git('checkout', '--quiet', '--orphan', 'fresh')
  repo.commit({ 'SKILL.md': skillMd('one', 'Evil.') })
  repo.git('tag', '-d', 'v1.0.0')
  repo.git('branch', '-D', 'main')
  repo.git('reflog', 'expire', '--expire=now', '--all')
  repo.git('gc', '--quiet', '--prune=now')
  const other = elsewhere(io)
  await expect(install({ frozen: true }, other)).toThrowCode('ref_not_found')
  expect(Object.keys(readTreeText(other.project))).toEqual(['skills.json', 'skills.lock'])
  expect((await update({ names: [], check: true }, other)).items[0]?.status).toBe('gone')
})
