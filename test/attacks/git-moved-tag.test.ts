import { expect, it } from 'vitest'
import { gitSource } from '../../src/sources/git.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { GitSpec } from '../../src/sources/source.ts'
import { filesOf } from '../support/fetch-git.ts'
import { makeRepo, testIo } from '../support/git-repo.ts'

it('a tag that moved changes what newest says, and not what the locked commit holds', async () => {
  const repo = makeRepo({ 'SKILL.md': 'good' })
  repo.git('tag', '-a', 'v1.0.0', '-m', 'x')
  const spec: GitSpec = { kind: 'git', url: repo.url, ref: 'v1.0.0' }
  const io = testIo()
  const locked = await gitSource.resolve(spec, io)
  expect(await gitSource.newest(spec, locked, io)).toEqual(locked)
  const evil = repo.commit({ 'SKILL.md': 'evil' })
  repo.git('tag', '-f', '-a', 'v1.0.0', '-m', 'x')
  expect(await gitSource.newest(spec, locked, io)).toEqual({ ...locked, commit: evil })
  expect(await gitSource.newest({ kind: 'git', url: repo.url, range: '^1' }, locked, io)).toMatchObject({
    commit: evil,
  })
  for (const each of [io, testIo()]) {
    expect(filesOf(await readSkill(await gitSource.open(locked, each), locked))).toEqual({
      'SKILL.md': 'good',
    })
  }
})
