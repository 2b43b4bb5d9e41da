// A version is one content for ever, however many push it at once; every write is in the audit table.
import { describe, expect, test } from 'vitest'
import { listAudit } from '../../registry-server/db/audit.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { packSkill } from '../../src/oci/pack.ts'
import { checkArtifact } from '../../registry-server/services/artifact.ts'
import { artifactOf } from '../support/catalogue.ts'
import { META, pdfFiles } from '../support/oci-skill.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { startRegistry } from '../support/registry.ts'
import { skillFiles, skillMd } from '../support/skill-files.ts'

cleanDatabases()

describe.each(DATABASES)('a version on $name', ({ skip, ...database }) => {
  test.skipIf(skip)(
    'is what the first of 32 pushes at once made it; the same again is a success',
    async () => {
      const registry = await startRegistry({ skip, ...database })
      const packed = Array.from({ length: 4 }, (_, n) =>
        packSkill(pdfFiles(), { ...META, revision: `${n}`.repeat(40) }),
      )
      for (const { config, layers } of packed) {
        for (const { bytes } of [config, ...layers]) await registry.pushBlob('acme/pdf', bytes)
      }
      const answers = await Promise.all(
        Array.from({ length: 32 }, async (_, n) => {
          const one = packed[n % 4]
          const response = await registry.fetch('/v2/acme/pdf/manifests/1.2.0', {
            method: 'PUT',
            body: new Uint8Array(one?.manifest ?? []),
            headers: { 'content-type': one?.manifestType ?? '' },
          })
          return { digest: one?.manifestDigest, status: response.status, text: await response.text() }
        }),
      )
      const tag = await registry.fetch('/v2/acme/pdf/manifests/1.2.0', { method: 'HEAD' })
      const kept = tag.headers.get('docker-content-digest')
      for (const { digest, status, text } of answers) {
        expect([digest, status]).toEqual([digest, digest === kept ? 201 : 409])
        if (status === 409) expect(text).toContain('version_exists')
      }
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(8)
      expect((await registry.fetch('/v2/acme/pdf/manifests/1.2.0', { method: 'DELETE' })).status).toBe(403)
      const db = await openRegistryDatabase(registry.database)
      const events = await listAudit(db, { target: 'acme/pdf' })
      expect(events.filter(({ action }) => action === 'manifest.put')).toHaveLength(8)
      expect(events.filter(({ action }) => action === 'blob.put')).toHaveLength(8)
      expect(events.every(({ actor, requestId }) => actor === 'admin' && requestId !== '')).toBe(true)
      await db.close()
      await registry.close()
    },
  )
})

describe('the version that a manifest names', () => {
  const pushed = (metadata: string) =>
    checkArtifact(
      artifactOf(
        { name: '@acme/pdf', version: '1.0.0' },
        skillFiles({
          'SKILL.md': skillMd(`name: pdf\ndescription: Reads.\nmetadata:\n  version: "${metadata}"`),
        }),
      ),
    )

  test('is the one it is published as', async () => {
    await expect(pushed('1.0.0')).resolves.toMatchObject({ version: '1.0.0' })
    await expect(pushed('1.0.1')).rejects.toMatchObject({ code: 'manifest_invalid' })
  })

  test('binds nobody where it is no semantic version', async () => {
    await expect(pushed('1.0')).resolves.toMatchObject({ version: '1.0.0' })
    await expect(pushed('v2')).resolves.toMatchObject({ version: '1.0.0' })
  })
})
