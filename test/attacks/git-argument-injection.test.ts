import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import { fetchCommit, fetchObjects, gitRepo, listRefs } from '../../src/sources/git-fetch.ts'
import { gitSource } from '../../src/sources/git.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { makeRepo, temporaryFolder, testIo } from '../support/git-repo.ts'

const marker = join(temporaryFolder(), 'marker')

describe('an option of git dressed as a URL, a ref or a commit', () => {
  const texts = [
    `--upload-pack=touch ${marker}`,
    `-u touch ${marker}`,
    `owner/repo#--upload-pack=touch${marker}`,
    `ssh://-oProxyCommand=touch%20${marker}/x`,
    `ssh://git@-oProxyCommand=touch/x`,
    `git@-oProxyCommand=touch:x`,
    `file:///x.git#--output=${marker}`,
  ]
  it.each(texts)('is refused before git sees it: %s', (text) => {
    expect(() => parseSpec(text)).toThrow(SkillsError)
  })

  it('is refused again where an address comes from a lockfile', async () => {
    const io = testIo()
    const repo = makeRepo({ a: 'a' })
    const open = (url: string, commit: string, ref?: string) =>
      gitSource.open({ kind: 'git', url, commit, ...(ref !== undefined && { ref }) }, io)
    await expect(open(`--upload-pack=touch ${marker}`, 'a'.repeat(40))).toThrowCode('spec_invalid')
    await expect(open('ssh://-oProxyCommand=x/y', 'a'.repeat(40))).toThrowCode('spec_invalid')
    await expect(open(repo.url, `--output=${marker}`)).toThrowCode('ref_invalid')
    await expect(open(repo.url, 'a'.repeat(40), `--upload-pack=touch ${marker}`)).toThrowCode('ref_invalid')
    expect(existsSync(marker)).toBe(false)
  })

  it('is stopped by the check of the transport when those before are passed by', async () => {
    const io = testIo()
    const repo = makeRepo({ a: 'a' })
    const bad = { ...gitRepo(repo.url, io), url: `--upload-pack=touch ${marker}` }
    const file = `file://${repo.dir}`
    await expect(listRefs({ ...bad }, [], [])).rejects.toThrow(/./)
    await expect(fetchCommit(bad, 'HEAD')).rejects.toThrow(/./)
    await expect(fetchObjects(bad, ['a'.repeat(40)])).rejects.toThrow(/./)
    await expect(fetchCommit(gitRepo(file, io), `--upload-pack=touch ${marker};x`)).rejects.toThrow(/./)
    expect(existsSync(marker)).toBe(false)
  })
})
