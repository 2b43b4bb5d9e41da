import { describe, expect, it } from 'vitest'
import { gitSource } from '../../src/sources/git.ts'
import { makeRepo, publishBare, temporaryFolder, testIo } from '../support/git-repo.ts'
import { startGitServer } from '../support/git-server.ts'

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    'of status %i to another host is refused, and the host not asked',
    async (status) => {
      const root = temporaryFolder()
      publishBare(makeRepo({ 'SKILL.md': 'x' }), root, 'r.git')
      const other = await startGitServer({ root })
      const server = await startGitServer({
        root,
        intercept: (request, response) => {
          response.writeHead(status, { location: `${other.url}${request.url}` }).end()
          return true
        },
      })
      try {
        const url = `${server.url}/r.git`
        await expect(gitSource.resolve({ kind: 'git', url }, testIo())).toThrowCode('redirect_refused')
        await expect(
          gitSource.newest({ kind: 'git', url }, { kind: 'git', url, commit: '' }, testIo()),
        ).toThrowCode('redirect_refused')
        expect(other.count()).toBe(0)
      } finally {
        await Promise.all([server.close(), other.close()])
      }
    },
  )

  it('to a file or another transport is refused, also in the middle of a fetch', async () => {
    const repo = makeRepo({ 'SKILL.md': 'x' })
    const root = temporaryFolder()
    publishBare(repo, root, 'r.git')
    for (const location of [
      repo.url,
      `ext::sh -c x`,
      'ssh://127.0.0.1/x',
      '/other.git/info/refs?service=git-upload-pack',
    ]) {
      for (const method of ['GET', 'POST']) {
        const server = await startGitServer({
          root,
          intercept: (request, response) => {
            if (request.method !== method) return false
            response.writeHead(302, { location }).end()
            return true
          },
        })
        try {
          const resolve = gitSource.resolve({ kind: 'git', url: `${server.url}/r.git` }, testIo())
          await expect(resolve).toThrowCode('redirect_refused')
        } finally {
          await server.close()
        }
      }
    }
  })
})
