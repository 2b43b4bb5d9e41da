// Registries redirect blobs to other hosts. The Authorization stays where it was made for, whatever a Location says.
import { afterEach, describe, expect, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { ociClient } from '../../src/oci/client.ts'
import type { Credential } from '../../src/oci/credential.ts'
import { createTransport } from '../../src/oci/transport.ts'
import { startFakeOci, type FakeOci, type FakeOciOptions } from '../support/fake-oci.ts'

const USER = { name: 'someone', password: 'hunter2' }
const credentials = async (): Promise<Credential> => ({
  kind: 'basic',
  username: USER.name,
  password: USER.password,
})
const BYTES = Buffer.from('the content')
const DIGEST = sha256Digest(BYTES)

const fakes: FakeOci[] = []
afterEach(() => Promise.all(fakes.splice(0).map((fake) => fake.close())))
async function start(options: FakeOciOptions = {}): Promise<FakeOci> {
  const fake = await startFakeOci({ user: USER, ...options })
  fake.blobs.set(DIGEST, BYTES)
  fakes.push(fake)
  return fake
}

test('a blob comes from another host without the Authorization of the registry', async () => {
  for (const auth of ['basic', 'bearer'] as const) {
    const storage = await start()
    const registry = await start({ auth, blobRedirect: storage.origin })
    const client = ociClient({ registry: registry.host, credentials })
    expect(await client.getBlob('r', { digest: DIGEST })).toEqual(BYTES)
    expect(storage.log.map(({ authorization }) => authorization)).toEqual([undefined])
  }
})

test('a host that a blob was redirected to gets no answer to a challenge of its own', async () => {
  const thief = await start({ auth: 'basic' })
  const registry = await start({ auth: 'basic', blobRedirect: thief.origin })
  await expect(
    ociClient({ registry: registry.host, credentials }).getBlob('r', { digest: DIGEST }),
  ).toThrowCode('source_unauthorized')
  expect(thief.log.every(({ authorization }) => authorization === undefined)).toBe(true)
})

test('a host that a blob was redirected to is held to the digest', async () => {
  const storage = await start({ corrupt: 'blob' })
  const registry = await start({ blobRedirect: storage.origin })
  await expect(ociClient({ registry: registry.host }).getBlob('r', { digest: DIGEST })).toThrowCode(
    'integrity_mismatch',
  )
})

test('an upload address on another host gets no Authorization', async () => {
  const other = await start()
  const registry = await start({ auth: 'basic', location: { origin: other.origin } })
  const bytes = Buffer.from('upload')
  const client = ociClient({ registry: registry.host, credentials })
  await expect(client.pushBlob('r', { digest: sha256Digest(bytes), bytes })).toThrowCode('push_refused')
  expect(other.log.length).toBeGreaterThan(0)
  expect(other.log.every(({ authorization }) => authorization === undefined)).toBe(true)
})

test('what changes something is not redirected', async () => {
  const other = await start()
  const registry = await start()
  registry.options.fail = (request) =>
    request.method === 'PUT' || request.method === 'POST' || request.method === 'DELETE'
      ? { status: 307, headers: { location: `${other.origin}${request.url}` } }
      : undefined
  const client = ociClient({ registry: registry.host })
  const bytes = Buffer.from('{}')
  await expect(client.putManifest('r', { reference: 'v', bytes, mediaType: 'x' })).toThrowCode(
    'redirect_refused',
  )
  await expect(client.pushBlob('r', { digest: sha256Digest('new'), bytes })).toThrowCode('redirect_refused')
  await expect(client.deleteManifest('r', 'v')).toThrowCode('redirect_refused')
  expect(other.log).toEqual([])
})

test('tags on another host are not asked for', async () => {
  const other = await start()
  const registry = await start()
  registry.options.fail = () => ({
    status: 200,
    headers: { link: `<${other.origin}/v2/r/tags/list>; rel="next"` },
    body: '{"tags":["1"]}',
  })
  expect(await ociClient({ registry: registry.host }).listTags('r')).toEqual(['1'])
  expect(other.log).toEqual([])
})

describe('a redirect', () => {
  test.each([
    ['without a target', ''],
    ['to another scheme', 'file:///etc/passwd'],
    ['with a credential', 'http://user:pass@127.0.0.1/'],
  ])('%s is refused', async (_, location) => {
    const registry = await start()
    registry.options.fail = () => ({ status: 302, ...(location !== '' && { headers: { location } }) })
    const refused = ociClient({ registry: registry.host }).getBlob('r', { digest: DIGEST })
    await expect(refused).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:redirect_refused|source_insecure)$/),
    })
  })

  test('in a circle ends', async () => {
    const registry = await start()
    registry.options.fail = (request) => ({ status: 302, headers: { location: request.url ?? '/' } })
    await expect(ociClient({ registry: registry.host }).getBlob('r', { digest: DIGEST })).toThrowCode(
      'redirect_refused',
    )
    expect(registry.log).toHaveLength(6)
  })
})

test('plain http leaves this machine only where it was asked for', async () => {
  const transport = createTransport()
  for (const url of [
    'http://registry.example/v2/',
    'http://10.0.0.1/v2/',
    'http://127.0.0.1.example/v2/',
    'ftp://localhost/',
  ]) {
    await expect(transport.send({ method: 'GET', url: new URL(url), maxBytes: 1 })).toThrowCode(
      'source_insecure',
    )
  }
  const secret = new URL('https://user:pass@registry.example/v2/')
  await expect(transport.send({ method: 'GET', url: secret, maxBytes: 1 })).toThrowCode('source_insecure')
})
