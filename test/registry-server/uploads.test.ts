// An upload that a garbage collection meets. What a client may send is in oci-push.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import { registryConfig } from '../../registry-server/config.ts'
import type { RegistryContext } from '../../registry-server/context.ts'
import { openContext } from '../../registry-server/main.ts'
import { collectGarbage } from '../../registry-server/maintenance/gc.ts'
import { uploadAtOnce } from '../../registry-server/services/uploads.ts'
import { addUser } from '../../registry-server/services/users.ts'
import { digest } from '../support/registry.ts'

const data = mkdtempSync(join(tmpdir(), 'uploads-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

async function uploadsOf({ blobs }: RegistryContext): Promise<string[]> {
  const found: string[] = []
  for await (const { upload } of blobs.uploads()) found.push(upload)
  return found
}

const LARGE = Buffer.alloc(2 * 1024 * 1024, 'x')

async function opened(): Promise<{
  context: RegistryContext
  close: () => Promise<void>
  upload: (to: RegistryContext, bytes: Uint8Array) => Promise<unknown>
}> {
  const database = `sqlite:${join(data, `${++count}.sqlite`)}`
  const { context, close } = await openContext(
    registryConfig({ data, database, blobs: join(data, `blobs-${count}`) }),
  )
  const { id: userId } = await addUser(context, { name: 'ada', admin: true })
  const principal = {
    actor: 'ada',
    user: 'ada',
    userId,
    admin: true,
    permissions: ['admin'],
    token: { id: '1', name: 'laptop', expiresAt: null },
  }
  return {
    context,
    close,
    upload: (to, bytes) => {
      const from = { principal, requestId: '1', name: 'u/one' }
      return uploadAtOnce(to, { ...from, digest: digest(bytes), body: once(bytes), length: bytes.length })
    },
  }
}
let count = 0

test('says that the bytes went before anything needed them, and takes them again', async () => {
  const { context, close, upload } = await opened()
  const bytes = new TextEncoder().encode('layer')
  const { blobs } = context
  const put: typeof blobs.put = async (name, content) => {
    await blobs.put(name, content)
    await blobs.delete(name)
  }
  await expect(upload({ ...context, blobs: { ...blobs, put } }, bytes)).toThrowCode('unavailable')
  expect(await upload(context, bytes)).toEqual({ size: bytes.length })
  await close()
})

test('an upload that finds the disk full leaves nothing that would keep it full', async () => {
  const { context, close, upload } = await opened()
  const { blobs } = context
  const append: typeof blobs.append = async (name, _source, maxBytes) => {
    await blobs.append(name, once(LARGE.subarray(0, 1000)), maxBytes)
    throw new SkillsError('disk_full', 'No space left')
  }
  await expect(upload({ ...context, blobs: { ...blobs, append } }, LARGE)).toThrowCode('disk_full')
  expect(await uploadsOf(context)).toEqual([])
  await close()
})

test('gc with a shorter grace frees uploads that are older than it', async () => {
  const { context, close } = await opened()
  await context.blobs.begin('00000000-0000-4000-8000-000000000000')
  expect(await collectGarbage(context)).toMatchObject({ uploads: 0 })
  expect(await collectGarbage(context, { graceMs: -1000 })).toMatchObject({ uploads: 1 })
  expect(await uploadsOf(context)).toEqual([])
  await close()
})
