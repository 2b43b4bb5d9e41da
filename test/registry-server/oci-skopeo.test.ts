// A foreign client on our server: skopeo copies in, looks, and copies out.
import { execFile } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { findProgram, need } from '../support/need.ts'
import { cleanDatabases, DATABASES } from '../support/registry-databases.ts'
import { digest, MANIFEST, startRegistry } from '../support/registry.ts'

cleanDatabases()
const folder = mkdtempSync(join(tmpdir(), 'skopeo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const run = promisify(execFile)

/** An OCI layout with one artifact; its digest. */
function writeLayout(root: string): string {
  const blobs = join(root, 'blobs', 'sha256')
  mkdirSync(blobs, { recursive: true })
  const add = (bytes: string): { digest: string; size: number } => {
    writeFileSync(join(blobs, digest(bytes).slice(7)), bytes)
    return { digest: digest(bytes), size: bytes.length }
  }
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    ...add('{"architecture":"amd64","os":"linux"}'),
  }
  const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar', ...add('not really a tar') }
  const manifest = add(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] }))
  writeFileSync(join(root, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const entry = {
    mediaType: MANIFEST,
    ...manifest,
    annotations: { 'org.opencontainers.image.ref.name': 'v1' },
  }
  writeFileSync(join(root, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  return manifest.digest
}

describe.skipIf(need('oci'))('skopeo', () => {
  test.each(DATABASES.filter(({ skip }) => !skip))(
    'pushes, lists, inspects, pulls and deletes on $name',
    async (database) => {
      const registry = await startRegistry(database)
      const source = join(folder, `in-${database.name}`)
      const wanted = writeLayout(source)
      const skopeo = async (...args: string[]): Promise<string> =>
        (
          await run(findProgram('skopeo') ?? 'skopeo', args, {
            env: { PATH: process.env.PATH, HOME: folder },
          })
        ).stdout
      const image = `docker://${registry.host}/tools/image:v1`
      const login = ['--creds', `admin:${registry.token}`, '--tls-verify=false']
      const out = ['--dest-creds', `admin:${registry.token}`, '--dest-tls-verify=false', '--insecure-policy']
      await skopeo('copy', ...out, '--preserve-digests', `oci:${source}:v1`, image)
      expect(
        JSON.parse(await skopeo('list-tags', '--tls-verify=false', `docker://${registry.host}/tools/image`)),
      ).toMatchObject({
        Tags: ['v1'],
      })
      const raw = await skopeo('inspect', '--raw', '--tls-verify=false', image)
      expect(digest(raw)).toBe(wanted)
      const target = join(folder, `out-${database.name}`)
      const anonymous = ['--src-tls-verify=false', '--insecure-policy', '--preserve-digests']
      await skopeo('copy', ...anonymous, image, `oci:${target}:v1`)
      expect(readFileSync(join(target, 'blobs', 'sha256', wanted.slice(7)), 'utf8')).toBe(raw)
      await skopeo('delete', ...login, image)
      await expect(skopeo('inspect', '--raw', '--tls-verify=false', image)).rejects.toThrow(
        /manifest unknown/i,
      )
      await registry.close()
    },
  )
})
