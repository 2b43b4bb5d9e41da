import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fetchCommit, gitRepo } from '../../src/sources/git-fetch.ts'
import { listTree } from '../../src/sources/git-tree.ts'
import { fetchGitSkill } from '../support/fetch-git.ts'
import { commitTree, makeRepo, rawBlob, rawTree, testIo } from '../support/git-repo.ts'

describe('a repository of absurd size', () => {
  it('is stopped at the limit of entries', async () => {
    const repo = makeRepo(Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`f${i}`, String(i)])))
    const at = gitRepo(repo.url, testIo())
    const { commit } = await fetchCommit(at, 'HEAD')
    await expect(listTree(at, commit, 29)).toThrowCode('limit_exceeded')
    expect((await listTree(at, commit, 30)).entries).toHaveLength(30)
  })

  it('that repeats one small tree ten billion times is stopped early', async () => {
    const repo = makeRepo({ a: 'a' })
    let id = rawTree(repo, [{ mode: '100644', path: 'f', id: rawBlob(repo, 'x') }])
    for (let level = 0; level < 10; level++) {
      id = rawTree(
        repo,
        Array.from({ length: 10 }, (_, i) => ({ mode: '40000', path: `d${i}`, id })),
      )
    }
    commitTree(repo, id)
    await expect(fetchGitSkill({ url: repo.url })).toThrowCode('limit_exceeded')
  })

  it('is stopped at the limit of bytes', async () => {
    const repo = makeRepo({ 'SKILL.md': 'x', 'big.bin': randomBytes(300_000) })
    const at = gitRepo(repo.url, testIo())
    await expect(fetchCommit(at, 'HEAD', { filter: false, maxBytes: 100_000 })).toThrowCode('limit_exceeded')
  })

  it('does not send a large file that nobody wants', async () => {
    const repo = makeRepo({ 'skills/a/SKILL.md': 'x', 'big.bin': randomBytes(300_000) })
    repo.git('config', 'uploadpack.allowFilter', 'true')
    const at = gitRepo(repo.url, testIo())
    await expect(fetchCommit(at, 'HEAD', { maxBytes: 100_000 })).resolves.toBeDefined()
  })
})
