// An upload that a garbage collection meets. What a client may send is in oci-push.test.ts.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { registryConfig } from '../../registry-server/config.ts'
import type { RegistryContext } from '../../registry-server/context.ts'
import { openContext } from '../../registry-server/main.ts'
import { uploadAtOnce } from '../../registry-server/services/uploads.ts'
import { addUser } from '../../registry-server/services/users.ts'
import { digest } from '../support/registry.ts'

const data = mkdtempSync(join(tmpdir(), 'uploads-'))
afterAll(() => rmSync(data, { recursive: true, force: true }))

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

test('says that the bytes went before anything needed them, and takes them again', async () => {
  const database = `sqlite:${join(data, 'registry.sqlite')}`
  const { context, close } = await openContext(registryConfig({ data, database }))
  const bytes = new TextEncoder().encode('layer')
  const wanted = digest(bytes)
  const { id: userId } = await addUser(context, { name: 'ada', admin: true })
  const principal = {
    actor: 'ada',
    user: 'ada',
    userId,
    admin: true,
    permissions: ['admin'],
    token: { id: '1', name: 'laptop', expiresAt: null },
  }
  const upload = (to: RegistryContext): Promise<unknown> => {
    const from = { principal, requestId: '1', name: 'u/one' }
    return uploadAtOnce(to, { ...from, digest: wanted, body: once(bytes), length: bytes.length })
  }
  const { blobs } = context
  const put: typeof blobs.put = async (name, content) => {
    await blobs.put(name, content)
    await blobs.delete(name)
  }
  await expect(upload({ ...context, blobs: { ...blobs, put } })).toThrowCode('unavailable')
  expect(await upload(context)).toEqual({ size: bytes.length })
  await close()
})
