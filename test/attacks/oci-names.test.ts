// References outside the grammar, and names that would lead a request elsewhere.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ociClient } from '../../src/oci/client.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { startFakeOci, type FakeOci } from '../support/fake-oci.ts'

let fake: FakeOci
beforeEach(async () => {
  fake = await startFakeOci()
})
afterEach(() => fake.close())

test.each([
  '',
  '/',
  ':',
  '@',
  'pdf',
  'ghcr.io',
  'ghcr.io/',
  'ghcr.io//r',
  '/o/r',
  'ghcr.io/O/R',
  'ghcr.io/o/../r',
  'ghcr.io/o/%2e%2e/r',
  'ghcr.io/o/r?x=1',
  'ghcr.io/o/r#x',
  'ghcr.io/o/r:',
  'ghcr.io/o/r:a/b',
  'ghcr.io/o/r:-x',
  'ghcr.io/o/r:a+b',
  'ghcr.io/o/r@',
  'ghcr.io/o/r@sha256:abc',
  `ghcr.io/o/r@sha256:${'A'.repeat(64)}`,
  `ghcr.io/o/r@md5:${'a'.repeat(32)}`,
  `ghcr.io/o/r@sha256:${'a'.repeat(64)}@sha256:${'b'.repeat(64)}`,
  'ghcr.io/o/r\n',
  'ghcr.io/o/\u0000r',
  'ghcr.io/o/r\u202e',
  'https://ghcr.io/o/r',
  'ghcr.io:99999/o/r',
  'ghcr.io:0/o/r',
  '-x.io/o/r',
  '__proto__/__proto__:x/y',
  `ghcr.io/${'a/'.repeat(200)}a`,
])('the reference %j is refused', async (text) => {
  await expect(() => parseSpec(`oci://${text}`)).toThrowCode('spec_invalid')
})

test('a user name in a reference is refused and not repeated', async () => {
  for (const text of ['oci://user:pa55@ghcr.io/o/r', 'oci://token@ghcr.io/o/r']) {
    await expect(() => parseSpec(text)).toThrowCode('spec_credentials')
    expect(() => parseSpec(text)).not.toThrow(/pa55|token/)
  }
})

test('a repository outside the grammar is never asked for', async () => {
  const client = ociClient({ registry: fake.host })
  for (const repository of ['../x', 'a/../../x', 'a b', '', 'A', 'a?x', 'a#x', 'a//b', '_catalog/..']) {
    await expect(client.getManifest(repository, 'v'), repository).toThrowCode('spec_invalid')
    await expect(client.listTags(repository), repository).toThrowCode('spec_invalid')
  }
  for (const reference of ['..', '.', '../x', 'a/b', 'a b', '', 'sha256:x']) {
    await expect(client.getManifest('r', reference), reference).toThrowCode('spec_invalid')
    await expect(client.deleteManifest('r', reference), reference).toThrowCode('spec_invalid')
  }
  for (const digest of ['..', 'sha256:x', '', 'sha256:../../x']) {
    await expect(client.getBlob('r', { digest }), digest).toThrowCode('spec_invalid')
    await expect(client.deleteBlob('r', digest), digest).toThrowCode('spec_invalid')
    await expect(client.referrers('r', { digest }), digest).toThrowCode('spec_invalid')
  }
  expect(fake.log).toEqual([])
})
