import { expect, test } from 'vitest'
import { checkArtifact } from '../../registry-server/services/artifact.ts'
import { chooseVersion } from '../../src/registry/choose.ts'
import { registryClient } from '../../src/registry/client.ts'
import type { SkillDocument } from '../../src/registry/protocol.ts'
import { artifactOf, filesToPublish } from '../support/catalogue.ts'
import { startServer } from '../support/http-server.ts'

const good = (version: string) => ({
  version,
  digest: `sha256:${'0'.repeat(64)}`,
  integrity: `h1:${'A'.repeat(43)}=`,
  publishedAt: '2026-01-02T03:04:05Z',
  publisher: 'ann',
  size: 1,
  signer: 'unsigned',
  dependencies: {},
})
const document = {
  name: '@acme/pdf',
  description: 'x',
  version: '1.0.0',
  downloads: 0,
  updatedAt: '2026-01-02T03:04:05Z',
  capabilities: [],
  signed: false,
  certified: false,
  tags: {},
  owners: [],
  dependents: 0,
}

test.each([
  ['a digest of another kind', { digest: `sha512:${'0'.repeat(128)}` }, '1.1.0: digest'],
  ['a number that is none', { version: 'one' }, 'one: version'],
  ['no moment', { publishedAt: 'yesterday' }, '1.1.0: publishedAt'],
  ['dependencies of another shape', { dependencies: [1] }, '1.1.0: dependencies'],
])('a version with %s is left out and told, and the others stay', async (_, broken, told) => {
  const versions = [{ ...good('1.1.0'), ...broken }, null, good('1.0.0')]
  const body = JSON.stringify({ ...document, versions })
  const server = await startServer()
  server.route('/api/v1/skills/@acme/pdf', body)
  const reports: string[] = []
  const client = registryClient({
    registry: server.url(''),
    signal: new AbortController().signal,
    report: (message) => reports.push(message),
  })
  const read = await client.skill('@acme/pdf')
  expect(read.versions.map(({ version }) => version)).toEqual(['1.0.0'])
  expect(reports.join('\n')).toContain(told)
  expect(reports).toHaveLength(2)
  await server.close()
})

test('a version that was taken out is refused with the reason', async () => {
  const known = {
    ...document,
    versions: [good('1.0.0')],
    removed: [{ version: '1.2.0', reason: 'holds data of a customer', removedAt: '2026-01-02T03:04:05Z' }],
  } as SkillDocument
  await expect(() => chooseVersion(known, '1.2.0', {})).toThrowCode('version_removed')
  expect(() => chooseVersion(known, '1.2.0', {})).toThrow('holds data of a customer')
  expect(chooseVersion(known, '^1', {}).version).toBe('1.0.0')
})

test.each([
  ['description', { description: 'x'.repeat(9000) }],
  ['dependencies', { toml: dependencies(2000) }],
])('an artifact whose %s would make every list long is refused', async (field, more) => {
  const skill = { name: '@acme/pdf', version: '1.0.0', ...more }
  const checking = checkArtifact(artifactOf(skill, filesToPublish(skill)))
  await expect(checking).rejects.toMatchObject({ code: 'limit_exceeded', details: { field } })
})

function dependencies(count: number): string {
  const lines = Array.from({ length: count }, (_, n) => `"@acme/${'a'.repeat(50)}-${n}" = "^1.0.0"`)
  return `[skill]\nname = "pdf"\nversion = "1.0.0"\n\n[dependencies]\n${lines.join('\n')}\n`
}
