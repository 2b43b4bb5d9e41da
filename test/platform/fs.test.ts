import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { execFileSync, spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import {
  containedPath,
  listFiles,
  makeFolders,
  readFileBounded,
  removeAbandoned,
  removeTree,
  temporaryName,
  toFsError,
  writeFileAtomic,
} from '../../src/platform/fs.ts'
import { holds } from '../support/property.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fs-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

describe('writeFileAtomic', () => {
  test('creates folders, replaces content and leaves no temporary', () => {
    const path = join(root, 'a', 'b')
    writeFileAtomic(path, 'one')
    writeFileAtomic(path, Buffer.from('two'))
    expect(readFileSync(path, 'utf8')).toBe('two')
    expect(readdirSync(join(root, 'a'))).toEqual(['b'])
  })

  test('keeps the mode of the file that it replaces, unless told another', () => {
    const path = join(root, 'a')
    writeFileSync(path, '')
    chmodSync(path, 0o640)
    writeFileAtomic(path, 'x')
    expect(statSync(path).mode & 0o777).toBe(0o640)
    writeFileAtomic(path, 'x', { mode: 0o600 })
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  test('replaces a link and leaves its target alone', () => {
    writeFileSync(join(root, 'target'), 'target')
    symlinkSync('target', join(root, 'link'))
    writeFileAtomic(join(root, 'link'), 'x')
    expect(lstatSync(join(root, 'link')).isFile()).toBe(true)
    expect(readFileSync(join(root, 'target'), 'utf8')).toBe('target')
  })

  test('fails with a code and leaves the old state', async () => {
    mkdirSync(join(root, 'folder', 'x'), { recursive: true })
    writeFileSync(join(root, 'file'), 'file')
    await expect(() => writeFileAtomic(join(root, 'folder'), 'x')).toThrowCode('fs_failed')
    await expect(() => writeFileAtomic(join(root, 'file', 'x'), 'x')).toThrowCode('fs_failed')
    await expect(() => writeFileAtomic(join(root, 'n'.repeat(300)), 'x')).toThrowCode('fs_failed')
    expect(readdirSync(root)).toEqual(['file', 'folder'])
  })
})

describe('containedPath', () => {
  test('joins what stays inside', () => {
    expect(containedPath(root, 'a/b')).toBe(join(root, 'a', 'b'))
    expect(containedPath('/', 'a')).toBe('/a')
  })

  test.each(['', '.', '..', '../x', 'a/..', 'a/../../x', 'a/../b', '/etc', 'a\0b', '..\\x', './'])(
    'refuses %j',
    async (path) => {
      await expect(() => containedPath(root, path)).toThrowCode('path_unsafe')
    },
  )

  test('never gives a path outside', () => {
    const part = fc.constantFrom('..', '.', '', 'a', '...', '/', '\\', '..a', '~')
    holds(
      fc.property(fc.array(part), (parts) => {
        try {
          expect(containedPath('/root/x', parts.join('/'))).toMatch(/^\/root\/x\/./)
        } catch (error) {
          expect(error).toBeInstanceOf(SkillsError)
        }
      }),
    )
  })
})

describe('listFiles', () => {
  test('lists files, links and special files by the bytes of their paths, and follows nothing', () => {
    for (const path of ['b/x', 'a', 'ä', 'B', '\u{1f600}', '\uffee']) {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), path)
    }
    mkdirSync(join(root, 'empty'))
    symlinkSync('/etc', join(root, 'etc'))
    symlinkSync('.', join(root, 'loop'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(listFiles(root).map(({ path, kind }) => `${kind} ${path}`)).toEqual([
      'file B',
      'file a',
      'file b/x',
      'link etc',
      'link loop',
      'other pipe',
      'file ä',
      'file \uffee',
      'file \u{1f600}',
    ])
  })

  test('names what is not UTF-8', () => {
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]), 'x')
    expect(listFiles(root)).toEqual([{ path: '\ufffd', kind: 'other', size: 0 }])
  })

  test('fails when the root is missing or the folders are too deep', async () => {
    await expect(() => listFiles(join(root, 'none'))).toThrowCode('fs_failed')
    mkdirSync(join(root, 'd/'.repeat(80)), { recursive: true })
    await expect(() => listFiles(root)).toThrowCode('limit_exceeded')
  })
})

describe('readFileBounded', () => {
  test('reads up to the limit, gives undefined for no file, refuses all else', async () => {
    writeFileSync(join(root, 'a'), '12345')
    symlinkSync('a', join(root, 'link'))
    symlinkSync('self', join(root, 'self'))
    execFileSync('mkfifo', [join(root, 'pipe')])
    expect(readFileBounded(join(root, 'a'), 5)?.toString()).toBe('12345')
    expect(readFileBounded(join(root, 'link'), 5)?.toString()).toBe('12345')
    expect(readFileBounded(join(root, 'none'), 5)).toBeUndefined()
    await expect(() => readFileBounded(join(root, 'a'), 4)).toThrowCode('limit_exceeded')
    await expect(() => readFileBounded(root, 5)).toThrowCode('fs_failed')
    await expect(() => readFileBounded(join(root, 'pipe'), 5)).toThrowCode('fs_failed')
    await expect(() => readFileBounded(join(root, 'self'), 5)).toThrowCode('fs_failed')
    await expect(() => readFileBounded(join(root, 'a', 'b'), 5)).toThrowCode('fs_failed')
  })
})

describe('removeTree', () => {
  test('removes files, folders and links, but no target, and minds nothing missing', () => {
    mkdirSync(join(root, 'd', 'e'), { recursive: true })
    writeFileSync(join(root, 'd', 'e', 'f'), '')
    writeFileSync(join(root, 'keep'), '')
    symlinkSync('..', join(root, 'd', 'up'))
    symlinkSync('keep', join(root, 'link'))
    for (const name of ['d', 'link', 'none']) removeTree(join(root, name))
    expect(readdirSync(root)).toEqual(['keep'])
  })
})

describe('removeAbandoned', () => {
  test('removes the temporaries of ended processes only', () => {
    const dead = spawnSync(process.execPath, ['-e', '']).pid
    const names = [temporaryName(), temporaryName().replace(/\d+/, String(dead)), '.skillward-x.tmp', 'a']
    for (const name of names) writeFileSync(join(root, name), '')
    expect(removeAbandoned(root, { dryRun: true })).toBe(1)
    expect(removeAbandoned(root)).toBe(1)
    expect(existsSync(join(root, names[1] ?? ''))).toBe(false)
    expect(readdirSync(root)).toHaveLength(3)
    expect(removeAbandoned(join(root, 'none'))).toBe(0)
  })
})

describe('toFsError', () => {
  const system = (code: string) => Object.assign(new Error(code), { code })

  test.each([
    ['EACCES', 'permission_denied'],
    ['EPERM', 'permission_denied'],
    ['EROFS', 'permission_denied'],
    ['ENOSPC', 'disk_full'],
    ['EDQUOT', 'disk_full'],
    ['ENAMETOOLONG', 'fs_failed'],
    ['ENOTDIR', 'fs_failed'],
    ['EISDIR', 'fs_failed'],
    ['ELOOP', 'fs_failed'],
    ['EMFILE', 'fs_failed'],
    ['EWHAT', 'internal'],
  ] as const)('%s becomes %s and names the path', (errno, code) => {
    const error = toFsError(system(errno), '/a\u001b[2J')
    expect(error).toMatchObject({ code, details: { errno } })
    expect(error.message).toContain('/a\\u{1b}[2J')
  })

  test('leaves an error of ours as it is', () => {
    const error = new SkillsError('local_edits', 'x')
    expect(toFsError(error, '/a')).toBe(error)
  })
})

describe.skipIf(process.platform !== 'linux')('a file system that takes no folders', () => {
  test('is told at once, however deep the folder is', async () => {
    await expect(() => writeFileAtomic('/proc/nope/a/b/x.tar', 'x')).toThrowCode('fs_failed')
    expect(() => makeFolders('/proc/self/nope/x')).toThrow()
  })
})
