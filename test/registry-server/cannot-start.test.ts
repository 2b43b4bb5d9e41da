// Why a server does not start is told by what was asked for: its folder, its address.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { serve } from '../../registry-server/main.ts'

const folder = mkdtempSync(join(tmpdir(), 'start-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a server that cannot start', () => {
  test('says that a file stands where its folder should be', async () => {
    const data = join(folder, 'file')
    writeFileSync(data, 'x')
    for (const place of [data, join(data, 'below')]) {
      await expect(serve({ data: place, port: 0 })).toThrowCode('fs_failed')
      await expect(serve({ data: place, port: 0 })).rejects.toThrow(data)
    }
  })

  test('says that the machine does not have the address', async () => {
    const start = serve({ data: join(folder, 'address'), host: '203.0.113.7', port: 0 })
    await expect(start).rejects.toMatchObject({
      code: 'fs_failed',
      message: expect.stringContaining('does not have that address') as string,
      hint: expect.stringContaining('--host') as string,
    })
  })
})
