import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pathSource } from '../../src/sources/path.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { PathSpec } from '../../src/sources/source.ts'
import { filesOf } from '../support/fetch-git.ts'
import { temporaryFolder, testIo } from '../support/git-repo.ts'

function folder(files: Record<string, string>): string {
  const root = temporaryFolder()
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

async function read(path: string, subdir?: string, root = path) {
  const io = { ...testIo(), root }
  const spec: PathSpec = { kind: 'path', path, ...(subdir !== undefined && { subdir }) }
  const resolution = await pathSource.resolve(spec, io)
  return filesOf(await readSkill(await pathSource.open(resolution, io), resolution))
}

describe('a folder as a source', () => {
  it('gives every file but those of .git', async () => {
    const root = folder({
      'SKILL.md': 'x',
      'a/b.txt': 'b',
      '.hidden': 'h',
      'node_modules/m/i.js': 'm',
      '.git/config': 'c',
      'a/.git/x': 'c',
    })
    expect(await read(root)).toEqual({
      'SKILL.md': 'x',
      'a/b.txt': 'b',
      '.hidden': 'h',
      'node_modules/m/i.js': 'm',
    })
  })

  it('keeps the path as written, starts relative ones from the project, and is always its own newest', async () => {
    const root = folder({ 'skills/a/SKILL.md': 'x' })
    const io = { ...testIo(), root: join(root, 'skills') }
    for (const path of ['./a', '../skills/a', join(root, 'skills/a')]) {
      const resolution = await pathSource.resolve({ kind: 'path', path }, io)
      expect(resolution).toEqual({ kind: 'path', path })
      expect(await pathSource.newest({ kind: 'path', path }, resolution, io)).toEqual(resolution)
      expect((await pathSource.open(resolution, io)).entries).toEqual([
        { path: 'SKILL.md', kind: 'file', size: 1 },
      ])
    }
  })

  it('reads one folder of it, with links into the rest of it', async () => {
    const root = folder({ 'skills/a/SKILL.md': 'x', 'shared/s.md': 's' })
    symlinkSync('../../shared', join(root, 'skills/a/shared'))
    expect(await read(root, 'skills/a')).toEqual({ 'SKILL.md': 'x', 'shared/s.md': 's' })
    await expect(read(root, 'skills/none')).toThrowCode('skill_not_found')
  })

  it('starts ~ from the home directory', async () => {
    const io = testIo()
    mkdirSync(join(io.settings.home ?? '', 'own'))
    await expect(pathSource.resolve({ kind: 'path', path: '~/own' }, io)).resolves.toEqual({
      kind: 'path',
      path: '~/own',
    })
    const homeless = { ...io, settings: { ...io.settings, home: undefined } }
    await expect(pathSource.resolve({ kind: 'path', path: '~/own' }, homeless)).toThrowCode('home_missing')
  })

  it('fails with a code when it is missing or not a folder', async () => {
    const root = folder({ 'SKILL.md': 'x' })
    await expect(read(join(root, 'none'))).toThrowCode('source_not_found')
    await expect(read(join(root, 'SKILL.md'))).toThrowCode('source_not_found')
  })

  it('refuses a link that leaves it', async () => {
    const root = folder({ 'SKILL.md': 'x' })
    symlinkSync('/etc/passwd', join(root, 'leak'))
    await expect(read(root)).toThrowCode('link_unsafe')
  })

  it('refuses a pipe where a skill needs it, without blocking, and not elsewhere', async () => {
    const root = folder({ 'a/SKILL.md': 'x', 'b/SKILL.md': 'x' })
    execFileSync('mkfifo', [join(root, 'a/pipe')])
    await expect(read(root, 'a')).toThrowCode('file_type_unsupported')
    expect(await read(root, 'b')).toEqual({ 'SKILL.md': 'x' })
  })

  it('refuses a file that became a link after the look', async () => {
    const root = folder({ 'SKILL.md': 'x' })
    const io = { ...testIo(), root }
    const tree = await pathSource.open({ kind: 'path', path: root }, io)
    rmSync(join(root, 'SKILL.md'))
    symlinkSync('/etc/passwd', join(root, 'SKILL.md'))
    await expect(tree.read(['SKILL.md'])).toThrowCode('file_type_unsupported')
  })
})
