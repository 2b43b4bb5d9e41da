import { expect, it } from 'vitest'
import { digestOfFiles } from '../../src/integrity/tree.ts'
import { verifyFetched } from '../../src/trust/verify.ts'

const files = [{ path: 'SKILL.md', bytes: Buffer.from('text') }]
const fetched = { resolution: { kind: 'path', path: './x' }, files } as const

it('gives content its digest', () => {
  expect(verifyFetched(fetched)).toMatchObject({ integrity: digestOfFiles(files), signer: 'unsigned' })
})

it('refuses content that is not the expected one', async () => {
  const integrity = digestOfFiles([{ path: 'SKILL.md', bytes: Buffer.from('other') }])
  await expect(() => verifyFetched(fetched, { name: 'x', integrity })).toThrowCode('integrity_mismatch')
})
