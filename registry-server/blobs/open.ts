// Which place for blobs a setting means.
import { join, resolve } from 'node:path'
import { SkillsError } from '../../src/errors/error.ts'
import { redactUrl } from '../../src/platform/text.ts'
import type { RegistryConfig } from '../config.ts'
import { openFolderStore } from './folder.ts'
import type { BlobStore } from './store.ts'

/** A folder, or `oci://host/prefix`. @throws usage for another URL; permission_denied, disk_full, fs_failed */
export async function openBlobStore(
  config: Pick<RegistryConfig, 'blobs' | 'data' | 'settings'>,
): Promise<BlobStore> {
  const { blobs, data, settings } = config
  const [, registry, repository] = /^oci:\/\/([^/@]+)\/([a-z0-9._/-]+)$/.exec(blobs) ?? []
  if (registry !== undefined && repository !== undefined) {
    const { openUpstreamStore } = await import('./upstream.ts')
    const { storedCredentials } = await import('../../src/oci/credentials.ts')
    const folder = join(data, 'spool')
    return openUpstreamStore({
      registry,
      repository,
      folder,
      ...(settings && { credentials: storedCredentials(settings) }),
    })
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(blobs)) {
    throw new SkillsError('usage', `Blobs cannot be kept at ${redactUrl(blobs)}`, {
      hint: 'give a folder, or oci://HOST/PREFIX for another registry',
    })
  }
  return openFolderStore(resolve(blobs))
}
