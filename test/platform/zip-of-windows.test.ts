import { expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { zip } from '../support/zip-builder.ts'

/** The byte of the directory's records that says on which system the zip was made. */
function madeOn(system: number, bytes: Buffer): Buffer {
  for (let at = bytes.indexOf('PK\x01\x02'); at !== -1; at = bytes.indexOf('PK\x01\x02', at + 4))
    bytes[at + 5] = system
  return bytes
}

const paths = async (bytes: Buffer): Promise<string[]> => (await readArchive(bytes)).map(({ path }) => path)
const TWO = [
  { name: 'tool\\SKILL.md', body: 'x' },
  { name: 'tool\\scripts\\a.py', body: 'y' },
]

it('reads a zip of Windows whose separators are all backslashes, folders too', async () => {
  const folder = { name: 'tool\\', body: '', store: true }
  for (const system of [0, 10, 14])
    expect(await paths(madeOn(system, zip([folder, ...TWO])))).toEqual(['tool/SKILL.md', 'tool/scripts/a.py'])
})

it('refuses backslashes beside a slash, or from another system', async () => {
  await expect(paths(madeOn(0, zip([...TWO, { name: 'tool/x', body: '' }])))).toThrowCode('archive_unsafe')
  await expect(paths(madeOn(3, zip(TWO)))).toThrowCode('archive_unsafe')
})

it.each(['..\\x', 'a\\..\\..\\x', 'C:\\x', '\\x', '\\\\host\\share\\x', 'a\\.git\\config', 'a\\con'])(
  'refuses %s also in such a zip',
  async (name) => {
    await expect(paths(madeOn(0, zip([{ name, body: 'x' }])))).toThrowCode('archive_unsafe')
  },
)

it('reads a name in the code page of DOS, and refuses one that only claims to be UTF-8', async () => {
  const dos = { name: Buffer.from([0x63, 0x61, 0x66, 0x82]), body: 'x', flags: 0 }
  expect(await paths(madeOn(0, zip([dos])))).toEqual(['café'])
  const lies = { ...dos, flags: 0x800 }
  await expect(paths(madeOn(0, zip([lies])))).toThrowCode('archive_unsafe')
})
