import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findSkills } from '../../src/sources/find-skills.ts'
import { gitSource } from '../../src/sources/git.ts'
import { openFolder } from '../../src/sources/path.ts'
import type { SourceTree } from '../../src/sources/source.ts'
import { makeRepo, testIo, type RepoFile } from '../support/git-repo.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 3000\n`

function folder(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  return writeTree(root, files)
}

async function gitTree(files: Record<string, RepoFile>, more?: (dir: string) => void): Promise<SourceTree> {
  const repo = makeRepo(files)
  onTestFinished(() => rmSync(repo.dir, { recursive: true, force: true }))
  more?.(repo.dir)
  const io = testIo()
  onTestFinished(() => rmSync(io.root, { recursive: true, force: true }))
  return gitSource.open(await gitSource.resolve({ kind: 'git', url: repo.url }, io), io)
}

const codes = async (tree: SourceTree, subdir = '') => {
  const { skills, leftOut } = await findSkills(tree, subdir)
  return [skills.map(({ dir }) => dir), Object.fromEntries(leftOut.map(({ path, code }) => [path, code]))]
}

it('reads a SKILL.md through links inside the source, and names one that leads outside, nowhere or to a folder', async () => {
  const files: Record<string, RepoFile> = {
    'canon/n.md': skillMd('n'),
    'skills/n/SKILL.md': { link: '../../canon/n.md' },
    'skills/two/SKILL.md': { link: '../n/SKILL.md' },
    'skills/out/SKILL.md': { link: '../../../etc/passwd' },
    'skills/gone/SKILL.md': { link: 'nothing' },
    'skills/dir/SKILL.md': { link: '../../canon' },
  }
  const expected = [
    ['skills/n', 'skills/two'],
    { 'skills/out': 'link_unsafe', 'skills/gone': 'link_unsafe', 'skills/dir': 'link_unsafe' },
  ]
  const tree = await gitTree(files)
  expect(await codes(tree)).toEqual(expected)
  const { skills } = await findSkills(tree)
  expect(Buffer.from(skills[1]?.text ?? '').toString()).toBe(skillMd('n'))

  const root = folder({ 'canon/n.md': skillMd('n'), 'skills/n/x': '', 'skills/out/x': '' })
  symlinkSync('../../canon/n.md', join(root, 'skills/n/SKILL.md'))
  symlinkSync('/etc/passwd', join(root, 'skills/out/SKILL.md'))
  expect(await codes(openFolder(root))).toEqual([['skills/n'], { 'skills/out': 'link_unsafe' }])
})

it('names submodules with their own repository, and says so for a folder inside one', async () => {
  const tree = await gitTree({ 'skills/own/SKILL.md': skillMd('own') }, (dir) => {
    const repo = makeRepo({}, dir)
    const id = repo.git('rev-parse', 'HEAD')
    repo.git('update-index', '--add', '--cacheinfo', `160000,${id},team/skills`)
    writeTree(dir, {
      '.gitmodules': '[submodule "t"]\n\tpath = team/skills\n\turl = https://u:secret@h.example/t.git\n',
    })
    repo.git('add', '.gitmodules')
    repo.git('commit', '-qm', 'sub')
  })
  const { skills, leftOut } = await findSkills(tree)
  expect(skills.map(({ dir }) => dir)).toEqual(['skills/own'])
  expect(leftOut).toMatchObject([{ path: 'team/skills', code: 'submodule' }])
  expect(leftOut[0]?.reason).toContain('h.example/t.git')
  expect(leftOut[0]?.reason).not.toContain('secret')
  await expect(findSkills(tree, 'team/skills/x')).toThrowCode('file_type_unsupported')
})

it('leaves out and names a skill with a file in Git LFS, also its SKILL.md and a file far below', async () => {
  const tree = openFolder(
    folder({
      'skills/big/SKILL.md': skillMd('big'),
      'skills/big/assets/deep/m.bin': POINTER,
      'skills/all/SKILL.md': POINTER,
      'skills/small/SKILL.md': skillMd('small'),
      'other.bin': POINTER,
    }),
  )
  expect(await codes(tree)).toEqual([
    ['skills/small'],
    { 'skills/big': 'git_lfs_pointer', 'skills/all': 'git_lfs_pointer' },
  ])
})

it('names the remote plugins of a marketplace, without a password of their address', async () => {
  const source = { source: 'url', url: 'https://u:secret@h.example/r.git' }
  const text = JSON.stringify({ plugins: [{ name: 'far', source }] })
  const { leftOut } = await findSkills(openFolder(folder({ 'm/.claude-plugin/marketplace.json': text })))
  expect(leftOut).toMatchObject([{ path: 'm/.claude-plugin/marketplace.json', code: 'remote_plugin' }])
  expect(leftOut[0]?.reason).toContain('far')
  expect(leftOut[0]?.reason).not.toContain('secret')
})

it('keeps to the folder that is asked for, and refuses one that is not there', async () => {
  const tree = openFolder(folder({ 'a/SKILL.md': skillMd('a'), 'b/node_modules/c/SKILL.md': skillMd('c') }))
  expect(await codes(tree, 'b')).toEqual([[], { 'b/node_modules/c': 'tool_folder' }])
  expect(await codes(tree, 'b/node_modules/c')).toEqual([['b/node_modules/c'], {}])
  await expect(findSkills(tree, 'nope')).toThrowCode('skill_not_found')
})
