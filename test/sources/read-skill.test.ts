import { describe, expect, it } from 'vitest'
import { LIMITS } from '../../src/platform/limits.ts'
import { readSkill, readSkills } from '../../src/sources/read-skill.ts'
import type { Resolution, SourceTree, TreeEntry } from '../../src/sources/source.ts'
import { filesOf } from '../support/fetch-git.ts'
import { processorTime } from '../support/processor-time.ts'

const RESOLUTION: Resolution = { kind: 'git', url: 'https://h/r.git', commit: 'a'.repeat(40) }

interface FakeTree extends SourceTree {
  readonly reads: (readonly string[])[]
}

/** A tree in memory; `-> x` is a link. */
function fakeTree(files: Record<string, string>): FakeTree {
  const reads: (readonly string[])[] = []
  const entries = Object.entries(files).map(([path, text]): TreeEntry => {
    const link = text.startsWith('-> ')
    return { path, kind: link ? 'link' : 'file', size: text.length }
  })
  const read = (paths: readonly string[]) => {
    reads.push(paths)
    return Promise.resolve(paths.map((path) => Buffer.from((files[path] ?? '').replace(/^-> /, ''))))
  }
  return { entries, read, close: () => {}, reads }
}

describe('readSkills', () => {
  it('gives each folder its files, sorted by bytes, with one read of the source', async () => {
    const tree = fakeTree({
      'b/SKILL.md': 'b',
      'a/z': 'z',
      'a/SKILL.md': 'a',
      'ab/SKILL.md': 'no',
      'a/é': 'é',
    })
    const found = await readSkills(tree, RESOLUTION, ['b', 'a'])
    expect(found.map((each) => each.files.map((file) => file.path))).toEqual([
      ['SKILL.md'],
      ['SKILL.md', 'z', 'é'],
    ])
    expect(found.map((each) => each.resolution.subdir)).toEqual(['b', 'a'])
    expect(tree.reads).toHaveLength(1)
  })

  it('takes the whole tree without a folder, and then names none', async () => {
    const { files, resolution } = await readSkill(fakeTree({ 'SKILL.md': 'x', 'a/b': 'y' }), {
      ...RESOLUTION,
      subdir: '',
    })
    expect(files.map((file) => file.path)).toEqual(['SKILL.md', 'a/b'])
    expect(resolution).toEqual(RESOLUTION)
  })

  it('puts what links lead to in their place', async () => {
    const tree = fakeTree({ 'a/SKILL.md': 'x', 'a/l': '-> ../shared/f', 'shared/f': 'f' })
    expect(filesOf(await readSkill(tree, { ...RESOLUTION, subdir: 'a' }))).toEqual({
      'SKILL.md': 'x',
      l: 'f',
    })
  })

  const refused = [
    ['a name that escapes', { 'a/../x': 'x', 'a/SKILL.md': 'x' }, 'path_unsafe'],
    ['two names that are one', { 'a/SKILL.md': 'x', 'a/skill.md': 'x' }, 'path_unsafe'],
    ['a link that leaves', { 'a/SKILL.md': 'x', 'a/l': '-> ../../x' }, 'link_unsafe'],
    ['a target that is too long', { 'a/l': `-> ${'x'.repeat(LIMITS.pathBytes + 1)}` }, 'link_unsafe'],
    ['nothing', { 'b/SKILL.md': 'x' }, 'skill_not_found'],
    [
      'a Git LFS pointer',
      { 'a/m': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n' },
      'git_lfs_pointer',
    ],
  ] as const
  it.each(refused)('refuses a folder of %s', async (_, files, code) => {
    await expect(
      readSkill(fakeTree(files as unknown as Record<string, string>), { ...RESOLUTION, subdir: 'a' }),
    ).toThrowCode(code)
  })

  it('refuses too many files and too many bytes before it reads them', async () => {
    const many = fakeTree(
      Object.fromEntries(Array.from({ length: LIMITS.skillFiles + 1 }, (_, i) => [`a/${i}`, ''])),
    )
    await expect(readSkill(many, { ...RESOLUTION, subdir: 'a' })).toThrowCode('limit_exceeded')
    const large: FakeTree = {
      ...fakeTree({}),
      entries: [{ path: 'a/x', kind: 'file', size: LIMITS.skillBytes + 1 }],
    }
    await expect(readSkill(large, { ...RESOLUTION, subdir: 'a' })).toThrowCode('limit_exceeded')
    expect([...many.reads, ...large.reads]).toEqual([])
  })

  it('finds a thousand skills among ten thousand files in well under a second', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`skills/s${i % 1000}/d/f${i}`, 'x']),
    )
    const began = processorTime()
    const dirs = Array.from({ length: 1000 }, (_, i) => `skills/s${i}`)
    expect(await readSkills(fakeTree(files), RESOLUTION, dirs)).toHaveLength(1000)
    expect(processorTime() - began).toBeLessThan(2500)
  })
})
