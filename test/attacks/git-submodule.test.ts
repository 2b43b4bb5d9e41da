import { describe, expect, it } from 'vitest'
import { fetchGitSkill, filesOf } from '../support/fetch-git.ts'
import { commitTree, makeRepo, rawBlob, rawTree } from '../support/git-repo.ts'

const MODULES = [
  '[submodule "../foo"]\n\tpath = sub\n\turl = ../x\n',
  '[submodule "foo\\\\.."]\n\tpath = sub\n\turl = ../x\n',
  '[submodule "a"]\n\tpath = sub\n\turl = https:///h\n',
  '[submodule "a"]\n\tpath = sub\n\turl = https://h/%0ahost=evil\n',
  '[submodule "a"]\n\tpath = sub\n\turl = -u./payload\n',
  '[submodule "a"]\n\tpath = -sub\n\turl = ext::sh -c x\n',
]

describe('a submodule', () => {
  it('inside the wanted skill is refused, outside it is not looked at', async () => {
    const repo = makeRepo({ a: 'a' })
    const head = repo.git('rev-parse', 'HEAD')
    const id = rawBlob(repo, 'x')
    const skill = rawTree(repo, [{ mode: '100644', path: 'SKILL.md', id }])
    const bad = rawTree(repo, [
      { mode: '100644', path: 'SKILL.md', id },
      { mode: '160000', path: 'sub', id: head },
    ])
    commitTree(
      repo,
      rawTree(repo, [
        { mode: '40000', path: 'bad', id: bad },
        { mode: '40000', path: 'good', id: skill },
        { mode: '160000', path: 'sub', id: head },
      ]),
    )
    await expect(fetchGitSkill({ url: repo.url, subdir: 'bad' })).toThrowCode('file_type_unsupported')
    expect(filesOf(await fetchGitSkill({ url: repo.url, subdir: 'good' }))).toEqual({ 'SKILL.md': 'x' })
  })

  it.each(MODULES)('with a hostile .gitmodules is refused or ignored, never fetched: %j', async (modules) => {
    const repo = makeRepo({ '.gitmodules': modules, 'skills/a/SKILL.md': 'x' })
    const outcome = await fetchGitSkill({ url: repo.url, subdir: 'skills/a' }).then(
      filesOf,
      (error: unknown) => error,
    )
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'fetch_failed' })
    else expect(outcome).toEqual({ 'SKILL.md': 'x' })
  })
})
