import { expect, it } from 'vitest'
import { gitSource } from '../../src/sources/git.ts'
import { makeRepo, publishBare, temporaryFolder, testIo } from '../support/git-repo.ts'
import { startGitServer } from '../support/git-server.ts'

it('a branch, tag or object whose name looks like a commit never stands for that commit', async () => {
  const repo = makeRepo({ 'SKILL.md': 'evil' })
  const head = repo.git('rev-parse', 'HEAD')
  const wanted = 'c'.repeat(40)
  repo.git('update-ref', `refs/heads/${wanted}`, head)
  repo.git('update-ref', `refs/tags/${wanted}`, head)
  repo.git('tag', '-a', 'v1', '-m', 'x')
  const tag = repo.git('rev-parse', 'refs/tags/v1')
  const tree = repo.git('rev-parse', 'HEAD^{tree}')
  const root = temporaryFolder()
  publishBare(repo, root, 'r.git')
  const server = await startGitServer({ root })
  const old = await startGitServer({ root, protocol: false })
  try {
    for (const url of [repo.url, `${server.url}/r.git`, `${old.url}/r.git`]) {
      const resolve = (ref: string) => gitSource.resolve({ kind: 'git', url, ref }, testIo())
      await expect(resolve(wanted)).toThrowCode('ref_not_found')
      await expect(resolve(tree)).rejects.toMatchObject({ name: 'SkillsError' })
      await expect(resolve(tag)).toThrowCode('ref_invalid')
      await expect(gitSource.open({ kind: 'git', url, commit: wanted }, testIo())).toThrowCode(
        'ref_not_found',
      )
      await expect(resolve(head)).resolves.toMatchObject({ commit: head })
    }
  } finally {
    await Promise.all([server.close(), old.close()])
  }
})
