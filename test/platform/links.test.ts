import { describe, expect, it } from 'vitest'
import { assertLinksStay, resolveLinks, type LinkEntry } from '../../src/platform/links.ts'
import { processorTime } from '../support/processor-time.ts'

/** `'a'` is a file, `'a -> b'` a link, `'a @'` a submodule. */
function list(...lines: string[]): LinkEntry[] {
  return lines.map((line) => {
    const [path = '', target] = line.split(' -> ')
    if (target !== undefined) return { path, kind: 'link', target }
    return path.endsWith(' @') ? { path: path.slice(0, -2), kind: 'submodule' } : { path, kind: 'file' }
  })
}
const all = () => true
const under = (dir: string) => (path: string) => path.startsWith(`${dir}/`)
const show = (entries: LinkEntry[], wanted: (path: string) => boolean = all) =>
  resolveLinks(entries, wanted).map(({ path, from }) => (path === from ? path : `${path} = ${from}`))

describe('resolveLinks', () => {
  it('gives plain files as they are and only those wanted', () => {
    expect(show(list('s/a', 's/b', 't/c'), under('s'))).toEqual(['s/a', 's/b'])
  })

  it('replaces a link to a file, beside it, above it and outside of what is wanted', () => {
    expect(show(list('s/a', 's/b -> a', 's/d/c -> ../a', 's/e -> ../t/x', 't/x'), under('s'))).toEqual([
      's/a',
      's/b = s/a',
      's/d/c = s/a',
      's/e = t/x',
    ])
  })

  it('replaces a link to a folder by all files of the folder', () => {
    expect(show(list('s/a', 's/lib -> ../shared', 'shared/x', 'shared/y/z'), under('s'))).toEqual([
      's/a',
      's/lib/x = shared/x',
      's/lib/y/z = shared/y/z',
    ])
  })

  it('follows chains, links inside linked folders, and links on the way of a target', () => {
    const entries = list(
      's/one -> two',
      's/two -> ../t/f',
      't/f',
      't/g -> f',
      's/dir -> ../t',
      's/deep -> dir/g',
    )
    expect(show(entries, under('s'))).toEqual([
      's/one = t/f',
      's/two = t/f',
      's/dir/f = t/f',
      's/dir/g = t/f',
      's/deep = t/f',
    ])
  })

  it('takes .. after a linked folder from where the link leads, as a file system does', () => {
    expect(show(list('s/l -> ../t/u', 's/m -> l/../f', 't/f', 't/u/x'), (p) => p === 's/m')).toEqual([
      's/m = t/f',
    ])
  })

  it.each([
    ['is absolute', 's/l -> /etc/passwd'],
    ['is absolute on Windows', 's/l -> C:/x'],
    ['is drive-relative', 's/l -> c:../x'],
    ['has backslashes', 's/l -> ..\\x'],
    ['leaves the root', 's/l -> ../../x'],
    ['leaves the root and comes back', 's/l -> ../../s/a'],
    ['leads nowhere', 's/l -> gone'],
    ['has no target', 's/l -> '],
    ['leads to itself', 's/l -> l'],
    ['leads to its own folder', 's/l -> .'],
    ['leads to the root', 's/l -> ..'],
    ['leads through a file', 's/l -> a/b'],
    ['has a NUL', 's/l -> a\0b'],
  ])('refuses a link that %s', async (_, line) => {
    await expect(() => resolveLinks(list('s/a', line), all)).toThrowCode('link_unsafe')
  })

  it('refuses loops over two links and over two folders', async () => {
    await expect(() => resolveLinks(list('a -> b', 'b -> a'), all)).toThrowCode('link_unsafe')
    await expect(() => resolveLinks(list('a/f', 'a/b -> ../b', 'b/f', 'b/a -> ../a'), all)).toThrowCode(
      'link_unsafe',
    )
  })

  it('refuses a link that escapes through another link', async () => {
    const entries = list('a/b/up -> ../..', 'a/b/escape -> up/..', 'a/f')
    await expect(() => resolveLinks(entries, (path) => path === 'a/b/escape')).toThrowCode('link_unsafe')
  })

  it('follows 16 links in a row and no more', async () => {
    const chain = (n: number) =>
      list('f', ...Array.from({ length: n }, (_, i) => `l${i} -> ${i ? `l${i - 1}` : 'f'}`))
    expect(show(chain(16), (path) => path === 'l15')).toEqual(['l15 = f'])
    await expect(() => resolveLinks(chain(17), (path) => path === 'l16')).toThrowCode('link_unsafe')
  })

  it('ignores bad links that nobody wants', () => {
    expect(show(list('s/a', 'other/l -> /etc/passwd'), under('s'))).toEqual(['s/a'])
  })

  it('refuses to multiply files without end', async () => {
    const lines: string[] = ['d20/f']
    for (let i = 0; i < 15; i++)
      for (const n of ['a', 'b', 'c', 'd']) lines.push(`d${i}/${n} -> ../d${i === 14 ? 20 : i + 1}`)
    const started = processorTime()
    await expect(() => resolveLinks(list(...lines), under('d0'))).toThrowCode('limit_exceeded')
    expect(processorTime() - started).toBeLessThan(2000)
  })

  it('refuses a submodule that is wanted, or that a link leads to, and ignores others', async () => {
    await expect(() => resolveLinks(list('s/m @'), all)).toThrowCode('file_type_unsupported')
    await expect(() => resolveLinks(list('s/l -> ../m', 'm @'), under('s'))).toThrowCode(
      'file_type_unsupported',
    )
    expect(show(list('s/a', 'm @'), under('s'))).toEqual(['s/a'])
  })

  it('refuses an entry that lies inside a link', async () => {
    await expect(() => resolveLinks(list('d -> e', 'd/f', 'e/x'), all)).toThrowCode('link_unsafe')
  })
})

describe('assertLinksStay', () => {
  it.each(['l -> /etc/passwd', 'l -> ../x', 'd/l -> ../../x', 'l -> C:x', 'l -> a\\b', 'l -> '])(
    'refuses %j',
    async (line) => {
      await expect(() => assertLinksStay(list('a', 'd/f', line))).toThrowCode('link_unsafe')
    },
  )

  it('refuses a link that escapes through another link', async () => {
    await expect(() => assertLinksStay(list('a/b/up -> ../..', 'a/b/escape -> up/..', 'a/f'))).toThrowCode(
      'link_unsafe',
    )
  })

  it('lets links inside the list be, dangling and looping ones too', () => {
    expect(() =>
      assertLinksStay(list('a', 'l -> a', 'm -> gone', 'n -> n', 'd/o -> ../a', 'd/p -> .')),
    ).not.toThrow()
  })
})
