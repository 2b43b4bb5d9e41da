import { expect, it } from 'vitest'
import { gitSource } from '../../src/sources/git.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { GitSpec } from '../../src/sources/source.ts'
import { filesOf } from '../support/fetch-git.ts'
import { makeRepo, testIo } from '../support/git-repo.ts'

it('a rewritten branch is seen; the old commit stays readable from the cache and is a clear error without it', async () => {
  const repo = makeRepo({ 'SKILL.md': 'old' })
  const spec: GitSpec = { kind: 'git', url: repo.url, ref: 'main' }
  const io = testIo()
  const locked = await gitSource.resolve(spec, io)
  repo.git('checkout', '--quiet', '--orphan', 'fresh')
  const fresh = repo.commit({ 'SKILL.md': 'new' })
  repo.git('branch', '--quiet', '-M', 'fresh', 'main')
  repo.git('reflog', 'expire', '--expire=now', '--all')
  repo.git('gc', '--quiet', '--prune=now')
  expect(await gitSource.newest(spec, locked, io)).toEqual({ ...locked, commit: fresh })
  expect(filesOf(await readSkill(await gitSource.open(locked, io), locked))).toEqual({ 'SKILL.md': 'old' })
  await expect(gitSource.open(locked, testIo())).toThrowCode('ref_not_found')
  await gitSource.resolve(spec, io)
  expect(filesOf(await readSkill(await gitSource.open(locked, io), locked))).toEqual({ 'SKILL.md': 'old' })
})
