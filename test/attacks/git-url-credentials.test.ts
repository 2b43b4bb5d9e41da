import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listFiles } from '../../src/platform/fs.ts'
import { gitSource } from '../../src/sources/git.ts'
import { fetchGitSkill, filesOf } from '../support/fetch-git.ts'
import { makeRepo, publishBare, temporaryFolder, testIo } from '../support/git-repo.ts'
import { startGitServer } from '../support/git-server.ts'

const SECRET = 's3cret-pa55'

describe('a credential', () => {
  it('in an address is refused, wherever the address comes from', async () => {
    const open = (url: string) => gitSource.open({ kind: 'git', url, commit: 'a'.repeat(40) }, testIo())
    for (const url of [`https://u:${SECRET}@h/r`, `https://${SECRET}@h/r`, `ssh://git:${SECRET}@h/r`]) {
      const error: unknown = await open(url).catch((caught: unknown) => caught)
      expect(error).toMatchObject({ code: 'spec_credentials' })
      expect(JSON.stringify([String(error), error])).not.toContain(SECRET)
    }
  })

  it('of the user’s own configuration works, and is in no argument, message or file', async () => {
    const root = temporaryFolder()
    publishBare(makeRepo({ 'SKILL.md': 'x' }), root, 'o/r.git')
    const server = await startGitServer({ root, auth: { user: 'u', password: SECRET } })
    const home = temporaryFolder()
    const place = server.url.replace('http://', `http://u:${SECRET}@`)
    writeFileSync(join(home, '.gitconfig'), `[url "${place}/"]\n\tinsteadOf = https://example.test/\n`)
    // A git that writes down its arguments before it is git.
    const real = execFileSync('which', ['git']).toString().trim()
    writeFileSync(
      join(home, 'git'),
      `#!/bin/sh\necho "$@" >> ${join(home, 'arguments')}\nexec ${real} "$@"\n`,
    )
    chmodSync(join(home, 'git'), 0o755)
    const io = testIo({ home, env: { PATH: `${home}:${process.env.PATH}` } })
    try {
      const fetched = await fetchGitSkill({ url: 'https://example.test/o/r.git' }, io)
      expect(filesOf(fetched)).toEqual({ 'SKILL.md': 'x' })
      expect(JSON.stringify(fetched.resolution)).not.toContain(SECRET)
      const error: unknown = await fetchGitSkill({ url: 'https://example.test/o/none.git' }, io).catch(
        (e: unknown) => e,
      )
      expect(error).toMatchObject({ code: 'source_not_found' })
      expect(JSON.stringify([String(error), error, io.reports])).not.toContain(SECRET)
      expect(readFileSync(join(home, 'arguments'), 'utf8')).toContain('fetch')
      expect(readFileSync(join(home, 'arguments'), 'utf8')).not.toContain(SECRET)
      for (const { path } of listFiles(io.settings.cacheDir)) {
        expect(readFileSync(join(io.settings.cacheDir, path), 'latin1')).not.toContain(SECRET)
      }
    } finally {
      await server.close()
    }
  })
})
