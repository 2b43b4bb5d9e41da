import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fetchGitSkill, filesOf } from '../support/fetch-git.ts'
import { makeRepo, temporaryFolder } from '../support/git-repo.ts'

describe('a link in a repository', () => {
  const secret = join(temporaryFolder(), 'secret')
  writeFileSync(secret, 'secret')

  it.each([
    secret,
    '../../../etc/passwd',
    '../../outside',
    '..',
    'missing',
    'leak',
    '.git/config',
    'C:\\x',
    '..\\..\\x',
  ])('that leads to %s is refused', async (link) => {
    const repo = makeRepo({ 'skills/a/SKILL.md': 'x', 'skills/a/leak': { link } })
    await expect(fetchGitSkill({ url: repo.url, subdir: 'skills/a' })).toThrowCode('link_unsafe')
  })

  it('that leads to a file or folder of the repository becomes that content', async () => {
    const repo = makeRepo({
      'skills/a/SKILL.md': 'x',
      'skills/a/shared': { link: '../../shared' },
      'skills/a/one.md': { link: 'shared/one.md' },
      'shared/one.md': 'one',
    })
    expect(filesOf(await fetchGitSkill({ url: repo.url, subdir: 'skills/a' }))).toEqual({
      'SKILL.md': 'x',
      'one.md': 'one',
      'shared/one.md': 'one',
    })
  })

  it('outside the wanted skill is nobody’s concern', async () => {
    const repo = makeRepo({ 'skills/a/SKILL.md': 'x', 'skills/b/leak': { link: '/etc/passwd' } })
    expect(filesOf(await fetchGitSkill({ url: repo.url, subdir: 'skills/a' }))).toEqual({ 'SKILL.md': 'x' })
  })
})
