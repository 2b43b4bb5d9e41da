import { describe, expect, it } from 'vitest'
import { fetchGitSkill } from '../support/fetch-git.ts'
import { commitTree, makeRepo, rawBlob, rawTree } from '../support/git-repo.ts'

const NAMES = [
  '.git',
  '.GIT',
  '.Git',
  'git~1',
  'GIT~1',
  '.git\u200c',
  '.g\u200dit',
  '.git ',
  '.git.',
  '.git::$INDEX_ALLOCATION',

  '..',
  '.',
  'a\\b',
  'CON',
  'nul.txt',
  'a:b',
  'x\u202ecod.exe',
  'a\nb',
  'trailing.',
  'trailing ',
  '\u001b[2J',
  '-'.repeat(256),
]

describe('a name in a tree that some system reads as another', () => {
  it.each(NAMES)('%j is refused as a file', async (path) => {
    const repo = makeRepo({ a: 'a' })
    const id = rawBlob(repo, 'x')
    commitTree(
      repo,
      rawTree(
        repo,
        [
          { mode: '100644', path: 'SKILL.md', id },
          { mode: '100644', path, id },
        ].sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))),
      ),
    )
    await expect(fetchGitSkill({ url: repo.url })).toThrowCode('path_unsafe')
  })

  it.each(NAMES)('%j is refused as a folder', async (path) => {
    const repo = makeRepo({ a: 'a' })
    const id = rawBlob(repo, 'x')
    const folder = rawTree(repo, [{ mode: '100644', path: 'config', id }])
    const entries = [
      { mode: '100644', path: 'SKILL.md', id },
      { mode: '40000', path, id: folder },
    ]
    commitTree(
      repo,
      rawTree(
        repo,
        entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))),
      ),
    )
    await expect(fetchGitSkill({ url: repo.url })).toThrowCode('path_unsafe')
  })

  it('two names that are one on some systems are refused', async () => {
    for (const pair of [
      ['README.md', 'readme.md'],
      ['ß.md', 'SS.md'],
      ['ﬁ.md', 'fi.md'],
      ['é.md', 'e\u0301.md'],
    ]) {
      const repo = makeRepo({ 'SKILL.md': 'x' })
      const id = rawBlob(repo, 'x')
      const entries = ['SKILL.md', ...pair].map((path) => ({ mode: '100644', path, id }))
      commitTree(
        repo,
        rawTree(
          repo,
          entries.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path))),
        ),
      )
      await expect(fetchGitSkill({ url: repo.url })).toThrowCode('path_unsafe')
    }
  })
})
