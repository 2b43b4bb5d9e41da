import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runGit } from '../../src/sources/git-command.ts'
import { gitSource } from '../../src/sources/git.ts'
import { protocolOf } from '../../src/sources/git-user-config.ts'
import { makeRepo, temporaryFolder, testIo } from '../support/git-repo.ts'

describe('a transport that runs programs', () => {
  const home = temporaryFolder()
  const marker = join(home, 'marker')

  it('is refused as an address', async () => {
    for (const url of [`ext::sh -c "touch ${marker}"`, 'fd::17', 'git://h/x', 'ftp://h/x', 'https::x']) {
      await expect(
        gitSource.open({ kind: 'git', url, commit: 'a'.repeat(40) }, testIo()),
      ).rejects.toMatchObject({ name: 'SkillsError' })
    }
    expect(existsSync(marker)).toBe(false)
  })

  it('is refused by git too, though the user allows it everywhere', async () => {
    writeFileSync(
      join(home, '.gitconfig'),
      '[protocol]\n\tallow = always\n[protocol "ext"]\n\tallow = always\n',
    )
    const { settings } = testIo({ home, env: { GIT_ALLOW_PROTOCOL: 'ext:file:https' } })
    const repo = makeRepo({ a: 'a' })
    for (const protocol of [undefined, 'https']) {
      for (const url of [`ext::touch ${marker}`, repo.url]) {
        const call = { settings, gitDir: '/dev/null', ...(protocol && { protocol }) }
        const { code, stderr } = await runGit(['ls-remote', '--', url], call)
        expect(code).not.toBe(0)
        expect(stderr).toContain('not allowed')
      }
    }
    expect(existsSync(marker)).toBe(false)
  })

  it('is refused when the configuration rewrites a good address to it', async () => {
    const to = (base: string) => () =>
      protocolOf('https://example.org/r', [[`url.${base}.insteadof`, 'https://example.org/']])
    await expect(to('ext::sh -c x ')).toThrowCode('source_insecure')
    await expect(to('http://example.org/')).toThrowCode('source_insecure')
    await expect(to('git://example.org/')).toThrowCode('source_insecure')
    expect(to('git@example.org:')()).toBe('ssh')
    expect(to('ssh://git@example.org/')()).toBe('ssh')
    expect(to('/srv/mirror/')()).toBe('file')
    expect(to('http://127.0.0.1:1/')()).toBe('http')
  })
})
