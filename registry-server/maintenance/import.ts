// Publishes every skill of a folder into a scope, without a client: for the first filling of a registry.
import { randomUUID } from 'node:crypto'
import { lstatSync } from 'node:fs'
import type { Diagnostic } from '../../src/errors/diagnostic.ts'
import { isSkillsError, SkillsError } from '../../src/errors/error.ts'
import type { SkillFile } from '../../src/integrity/tree.ts'
import { LEFT_OUT_BY_PLACE, type LeftOut } from '../../src/manifest/discover.ts'
import { readManifest } from '../../src/manifest/manifest.ts'
import { packSkill } from '../../src/oci/pack.ts'
import { displayShort, displayText } from '../../src/platform/text.ts'
import { ownVersion, SCOPE, tagOfVersion } from '../../src/registry/names.ts'
import { findSkills } from '../../src/sources/find-skills.ts'
import { openFolder } from '../../src/sources/path.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { Principal } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { findScope, insertScope } from '../db/scopes.ts'
import { findSkill } from '../db/skills.ts'
import { findVersion } from '../db/versions.ts'
import { putManifest } from '../services/manifests.ts'
import { assertNewScope } from '../services/scope-names.ts'
import { uploadAtOnce } from '../services/uploads.ts'

export interface ImportRequest {
  readonly folder: string
  /** With the `@`. */
  readonly scope: string
  /** For a skill that names none. */
  readonly version?: string
  readonly signal?: AbortSignal
}

export interface Imported {
  readonly published: readonly { readonly name: string; readonly version: string; readonly digest: string }[]
  /** What the publisher should know of what was published. */
  readonly warnings: readonly {
    readonly name: string
    readonly version: string
    readonly code: string
    readonly message: string
  }[]
  readonly refused: readonly { readonly path: string; readonly code: string; readonly message: string }[]
  /** What stands where no skill is looked for, such as a part of another skill. */
  readonly leftOut: readonly LeftOut[]
}

const CONSOLE: Principal = {
  actor: 'console',
  userId: 0,
  user: 'console',
  admin: true,
  permissions: ['admin'],
  token: { id: 'console', name: 'console', expiresAt: null },
}

/**
 * Publishes what can be published; what is refused is told, and does not stop the others.
 * @throws usage for a scope or a folder that is none
 */
export async function importFolder(context: RegistryContext, request: ImportRequest): Promise<Imported> {
  const { folder, scope, version = '0.1.0', signal } = request
  if (!SCOPE.test(scope)) {
    throw new SkillsError('usage', `Not a scope: ${displayText(scope)}`, { hint: 'give --scope @name' })
  }
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new SkillsError('usage', `There is no folder ${displayText(folder)}`)
  }
  const tree = openFolder(folder)
  const found = await findSkills(tree)
  const at = context.now().toISOString()
  await context.db.transaction(async (tx) => {
    if (await findScope(tx, scope.slice(1))) return
    assertNewScope(scope.slice(1))
    await insertScope(tx, { name: scope.slice(1), public: true, at })
  })
  const published: { name: string; version: string; digest: string }[] = []
  const warnings: { name: string; version: string; code: string; message: string }[] = []
  const byPlace = ({ code }: { readonly code: string }): boolean =>
    LEFT_OUT_BY_PLACE.has(code) || code === 'remote_plugin'
  const leftOut = found.leftOut.filter(byPlace).map((one) => ({ ...one, path: one.path || '.' }))
  const refused = found.leftOut
    .filter((one) => !byPlace(one))
    .map(({ path, code, reason }) => ({ path: path || '.', code, message: `It ${reason}` }))
  for (const { dir } of found.skills) {
    signal?.throwIfAborted()
    try {
      const { files } = await readSkill(tree, { kind: 'path', path: folder, ...(dir && { subdir: dir }) })
      const { warnings: told, ...done } = await publish(context, { scope, files, version })
      published.push(done)
      for (const { code, message } of told) {
        warnings.push({ name: done.name, version: done.version, code, message })
      }
    } catch (error) {
      if (!isSkillsError(error)) throw error
      refused.push({ path: dir || '.', code: error.code, message: error.message })
    }
  }
  return { published, warnings, refused, leftOut }
}

async function publish(
  context: RegistryContext,
  {
    scope,
    files,
    version,
  }: { readonly scope: string; readonly files: readonly SkillFile[]; readonly version: string },
): Promise<{ name: string; version: string; digest: string; warnings: readonly Diagnostic[] }> {
  const { manifest, diagnostics } = readManifest(files, { mode: 'tolerant' })
  if (!manifest) {
    throw new SkillsError('manifest_invalid', diagnostics[0]?.message ?? 'It is not a skill')
  }
  const { name, description, skill } = manifest
  const own = ownVersion(manifest) ?? version
  const packed = packSkill(files, {
    name,
    version: own,
    description: displayShort(description, 1024),
    ...(skill.license !== undefined && { license: skill.license }),
    ...(skill.compatibility !== undefined && { compatibility: skill.compatibility }),
    allowedTools: skill.allowedTools,
    metadata: skill.metadata,
  })
  const repository = `${scope.slice(1)}/${name}`
  const skillRow = await findSkill(context.db, `@${repository}`)
  const standing = skillRow && (await findVersion(context.db, skillRow.id, own))
  if (standing?.integrity === packed.integrity) {
    return { name: `@${repository}`, version: own, digest: standing.digest, warnings: [] }
  }
  const base = { principal: CONSOLE, requestId: `import-${randomUUID()}`, name: repository }
  for (const { digest, bytes } of [packed.config, ...packed.layers]) {
    await uploadAtOnce(context, { ...base, digest, length: bytes.length, body: once(bytes) })
  }
  const { digest, warnings } = await putManifest(context, {
    ...base,
    reference: tagOfVersion(own),
    extraTags: [],
    contentType: packed.manifestType,
    bytes: packed.manifest,
  })
  return { name: `@${repository}`, version: own, digest, warnings }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
