import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { entry, file, folder, gnuLong, pax, symlink, tar, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const dir = mkdtempSync(join(tmpdir(), 'archive-'))
afterAll(() => rmSync(dir, { recursive: true }))

const show = async (bytes: Buffer) =>
  (await readArchive(bytes)).map((e) =>
    e.kind === 'link' ? `${e.path} -> ${e.target}` : `${e.path}: ${e.bytes.toString()}`,
  )
const long = `${'folder-of-some-length/'.repeat(12)}file.md`

describe('readArchive', () => {
  it('reads plain and gzipped tars, whatever their names say', async () => {
    const parts = [
      folder('s/'),
      file('s/SKILL.md', 'hello'),
      file('s/empty', ''),
      file('s/big', 'y'.repeat(3000)),
    ]
    const expected = ['s/SKILL.md: hello', 's/empty: ', `s/big: ${'y'.repeat(3000)}`]
    expect(await show(tar(...parts))).toEqual(expected)
    expect(await show(tgz(...parts))).toEqual(expected)
    expect((await readArchive(tgz(...parts), { name: 'x.zip', contentType: 'application/zip' })).length).toBe(
      3,
    )
  })

  it('takes a leading ./ off, as `tar c .` writes it', async () => {
    expect(await show(tar(folder('./'), file('./a'), folder('./d/'), file('././d/b')))).toEqual([
      'a: x',
      'd/b: x',
    ])
  })

  it('reads long names of PAX, GNU and ustar, and the global header of git', async () => {
    expect(await show(tar(pax({ comment: 'f'.repeat(40) }, 'g'), file('a')))).toEqual(['a: x'])
    expect(await show(tar(pax({ path: long, mtime: '1.5' }), file('short')))).toEqual([`${long}: x`])
    expect(await show(tar(pax({ path: 'größe', size: '1' }), file('x')))).toEqual(['größe: x'])
    expect(await show(tar(pax({ path: '12345' }), file('x')))).toEqual(['12345: x'])
    expect(
      await show(tar(gnuLong('L', long), entry({ name: 'cut', body: 'x', magic: 'ustar  \0' }))),
    ).toEqual([`${long}: x`])
    expect(await show(tar(entry({ name: 'name', prefix: 'some/prefix', body: 'x' })))).toEqual([
      'some/prefix/name: x',
    ])
    const linked = [
      gnuLong('K', `./${'./'.repeat(80)}a`),
      gnuLong('L', long),
      entry({ name: 'c', type: '2', link: 'c', magic: 'ustar  \0' }),
    ]
    expect(await show(tar(file('a'), ...linked))).toEqual(['a: x', `${long} -> ./${'./'.repeat(80)}a`])
  })

  it('passes over extended attributes in PAX headers, binary ones too', async () => {
    const attributes = {
      'SCHILY.xattr.com.apple.provenance': Buffer.from([1, 2, 0, 0xff, 0xfe, 10, 0x80]),
      path: 'b',
    }
    expect(await show(tar(pax(attributes), file('a')))).toEqual(['b: x'])
    expect(await show(tar(pax({ path: 'b', 'LIBARCHIVE.creationtime': '1' }), file('a')))).toEqual(['b: x'])
  })

  it('gives relative links as links, dangling ones too, and never their content', async () => {
    const parts = [file('a/b', '1'), symlink('a/l', 'b'), symlink('m', 'a'), symlink('n', 'gone')]
    expect(await show(tar(...parts))).toEqual(['a/b: 1', 'a/l -> b', 'm -> a', 'n -> gone'])
    const zipped = zip([
      { name: 'a', body: 'text' },
      { name: 'l', body: 'a', mode: 0o120777 },
    ])
    expect(await show(zipped)).toEqual(['a: text', 'l -> a'])
  })

  it('reads zips: deflated, stored, with data descriptors, folders, zip64 and a comment', async () => {
    const entries = [{ name: 'd/' }, { name: 'd/a', body: 'aaa' }, { name: 'größe', body: 'b', store: true }]
    const expected = ['d/a: aaa', 'größe: b']
    expect(await show(zip(entries, { comment: 'made by hand' }))).toEqual(expected)
    expect(await show(zip(entries, { zip64: {} }))).toEqual(expected)
    expect(await show(zip(entries.map((e) => ({ ...e, descriptor: 'signed' as const }))))).toEqual(expected)
    expect(await show(zip(entries.map((e) => ({ ...e, descriptor: 'plain' as const }))))).toEqual(expected)
    expect(
      await show(
        zip([
          { name: 'x', body: '' },
          { name: 'y', body: '', store: true },
        ]),
      ),
    ).toEqual(['x: ', 'y: '])
  })

  it('takes unflagged names of a zip for UTF-8 where they are', async () => {
    expect(await show(zip([{ name: 'größe', body: 'x', flags: 0 }]))).toEqual(['größe: x'])
    expect(await show(zip([{ name: Buffer.from([0x81]), body: 'x', flags: 0 }]))).toEqual(['ü: x'])
  })

  it('reads gzip of several members as one, and nothing after it', async () => {
    const bytes = tar(file('a', 'z'.repeat(5000)))
    const two = Buffer.concat([gzipSync(bytes.subarray(0, 700)), gzipSync(bytes.subarray(700))])
    expect(await readArchive(two)).toHaveLength(1)
    for (const after of [
      Buffer.alloc(20),
      Buffer.from('garbage'),
      Buffer.from([0x1f]),
      Buffer.from([0x1f, 0x8b, 8, 0]),
    ]) {
      await expect(readArchive(Buffer.concat([gzipSync(bytes), after]))).toThrowCode('archive_invalid')
    }
  })

  it('reads what tar, git, zip and python write', async () => {
    const root = join(dir, 'made')
    mkdirSync(join(root, 'skill/scripts'), { recursive: true })
    writeFileSync(join(root, 'skill/SKILL.md'), '---\nname: skill\n---\n')
    writeFileSync(join(root, 'skill/scripts/größe.sh'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(join(root, `skill/${'n'.repeat(150)}.md`), 'long')
    symlinkSync('SKILL.md', join(root, 'skill/link.md'))
    const run = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: root, stdio: 'pipe' })
    const made = ['a.tar', 'b.tar.gz', 'c.tar', 'd.tar', 'e.zip', 'f.tar', 'g.tar']
    run('tar', 'cf', '../a.tar', 'skill')
    run('tar', 'czf', '../b.tar.gz', '--format=pax', 'skill')
    run('tar', 'cf', '../c.tar', '--format=gnu', '.')
    run('tar', 'cf', '../d.tar', '--format=ustar', '--exclude=nnn*', 'skill')
    const python = 'import shutil;shutil.make_archive("../e","zip",".");shutil.make_archive("../f","tar",".")'
    run('python3', '-c', python)
    run('git', 'init', '-q')
    run('git', 'add', '.')
    run('git', '-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qm', 'x')
    run('git', 'archive', '-o', '../g.tar', '--prefix=top/', 'HEAD')
    for (const name of made) {
      const entries = await readArchive(readFileSync(join(dir, name)))
      expect(
        entries.filter((e) => e.path.endsWith('skill/scripts/größe.sh')),
        name,
      ).toHaveLength(1)
    }
  })

  it.each<[string, Buffer, RegExp]>([
    ['nothing', Buffer.alloc(0), /is empty/],
    ['a web page', Buffer.from('\n<!DOCTYPE html><html>login</html>'), /web page/],
    ['text', Buffer.from('not found'), /neither tar nor gzip nor zip/],
    ['bzip2', Buffer.from('BZh91AY&SY'), /bzip2/],
    ['xz', Buffer.from('\xfd7zXZ\0', 'latin1'), /xz/],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0]), /zstd/],
    ['zeros', Buffer.alloc(2048), /neither/],
    ['a gzipped web page', gzipSync('<html>'), /holds no tar/],
    ['a gzipped zip', gzipSync(zip([{ name: 'a', body: 'b' }])), /holds no tar/],
    ['a gzip inside a gzip', gzipSync(tgz(file('a'))), /holds no tar/],
    ['a tar of nothing', gzipSync(Buffer.alloc(1024)), /holds no tar/],
    ['a tar of folders', tar(folder('a')), /holds no files/],
    ['a zip of nothing', zip([]), /holds no files/],
  ])('refuses %s with a message that says so', async (_, bytes, message) => {
    await expect(readArchive(bytes, { name: 'skill.tar.gz' })).toThrowCode('archive_invalid')
    await expect(readArchive(bytes, { name: 'skill.tar.gz' })).rejects.toThrow(message)
  })

  it('leaves nothing of the parser behind in the bytes it gives', async () => {
    const entries = await readArchive(tar(file('a', 'one'), file('b', 'two')))
    expect(entries.map((e) => e.bytes.length)).toEqual([3, 3])
  })
})
