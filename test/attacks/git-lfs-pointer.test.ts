import { expect, it } from 'vitest'
import { fetchGitSkill } from '../support/fetch-git.ts'
import { makeRepo } from '../support/git-repo.ts'

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`

it('a Git LFS pointer is not installed as if it were the file', async () => {
  const repo = makeRepo({
    '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n',
    'skills/a/SKILL.md': 'x',
    'skills/a/model.bin': POINTER,
    'skills/b/SKILL.md': 'x',
  })
  await expect(fetchGitSkill({ url: repo.url, subdir: 'skills/a' })).toThrowCode('git_lfs_pointer')
  await expect(fetchGitSkill({ url: repo.url, subdir: 'skills/b' })).resolves.toBeDefined()
})
