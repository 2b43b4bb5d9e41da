// A skill's folder as the artifact that is published: read by the road of `validate`, judged, packed. The same files
// give the same bytes. Refuses what must not leave the machine: secrets, links, what is not valid.
import { existsSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type { Diagnostic } from '../errors/diagnostic.ts'
import { SkillsError } from '../errors/error.ts'
import type { SkillFile } from '../integrity/tree.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { readManifest } from '../manifest/manifest.ts'
import { capabilityRequest, type CapabilityRequest } from '../manifest/request.ts'
import { type Packed, packSkill } from '../oci/pack.ts'
import { imageLayout } from '../oci/layout.ts'
import { writeFileAtomic } from '../platform/fs.ts'
import { displayShort, displayText } from '../platform/text.ts'
import { ownVersion, tagOfVersion, VERSION } from '../registry/names.ts'
import { findSecrets } from '../registry/secrets.ts'
import { readSkill } from '../sources/read-skill.ts'
import type { Io } from './io.ts'
import { openSpec, sourceIo } from './open-source.ts'
import { findScope } from './scope.ts'

export interface PackRequest {
  /** The skill's folder; the working directory when absent. */
  readonly folder?: string
  /** The version, where the skill names none itself. */
  readonly release?: string
  /** A `.tar` file or a directory for the OCI image layout; default `<name>-<version>.tar` in the working directory. */
  readonly output?: string
}

export interface PackResult {
  readonly name: string
  readonly version: string
  /** `sha256:…` of the manifest. */
  readonly digest: string
  /** `h1:…` of the files. */
  readonly integrity: string
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  /** Absolute. */
  readonly output: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface PackedFolder {
  readonly name: string
  readonly version: string
  readonly files: readonly SkillFile[]
  readonly manifest: Manifest
  readonly request: CapabilityRequest
  readonly diagnostics: readonly Diagnostic[]
  readonly packed: Packed
}

/** Writes the artifact as an OCI image layout. @throws what `packFolder` throws, permission_denied, disk_full */
export async function pack(request: PackRequest, io: Io): Promise<PackResult> {
  const folder = await packFolder(request, io)
  const { name, version, packed } = folder
  const { cwd } = io.settings
  const output = resolve(cwd, request.output ?? `${name}-${version}.tar`)
  const layout = imageLayout(packed, tagOfVersion(version))
  const isFolder = !/\.tar$/i.test(output) || (existsSync(output) && statSync(output).isDirectory())
  if (!isFolder) writeFileAtomic(output, layout.tar())
  else for (const { path, bytes } of layout.files) writeFileAtomic(join(output, path), bytes)
  return {
    name,
    version,
    digest: packed.manifestDigest,
    integrity: packed.integrity,
    files: folder.files.map(({ path, bytes }) => ({ path, bytes: bytes.length })),
    output,
    diagnostics: folder.diagnostics,
  }
}

/** What agents have added to the format, and read past where they do not know it: told, but no reason to refuse a skill. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  'frontmatter_unknown_key',
  'metadata_type',
  'allowed_tools_type',
])

/**
 * Reads, judges and packs a folder; writes nothing.
 * @throws manifest_invalid, publish_refused for links and a missing version, secret_found, path_unsafe, limit_exceeded
 */
export async function packFolder({ folder = '.', release }: PackRequest, io: Io): Promise<PackedFolder> {
  const root = resolve(io.settings.cwd, folder)
  const files = await readFolder(root, io)
  const read = readManifest(files, { folder: basename(root), mode: 'strict' })
  const { manifest } = read
  const diagnostics = read.diagnostics.map((finding): Diagnostic =>
    EXTENSIONS.has(finding.code) ? { ...finding, severity: 'warning' } : finding,
  )
  const broken = diagnostics.find(({ severity }) => severity === 'error')
  if (!manifest || broken) {
    const place = broken ? `${broken.file}${broken.line === undefined ? '' : `:${broken.line}`}` : 'SKILL.md'
    throw new SkillsError(
      'manifest_invalid',
      `${displayText(place)}: ${displayText(broken?.message ?? 'not usable')}`,
      {
        hint: 'run "skills validate" and mend what it finds',
        details: { file: broken?.file ?? 'SKILL.md', rule: broken?.code ?? '' },
      },
    )
  }
  refuseSecrets(files)
  const version = versionOf(manifest, release)
  const { skill } = manifest
  const created = epochOf(io.settings.env.SOURCE_DATE_EPOCH)
  const packed = packSkill(files, {
    name: manifest.name,
    version,
    description: manifest.description,
    ...(skill.license !== undefined && { license: skill.license }),
    ...(skill.compatibility !== undefined && { compatibility: skill.compatibility }),
    allowedTools: skill.allowedTools,
    metadata: skill.metadata,
    ...(created && { created }),
  })
  return {
    name: manifest.name,
    version,
    files,
    manifest,
    request: capabilityRequest(manifest, files),
    diagnostics,
    packed,
  }
}

/** Also a link inside the folder is refused: what is published is what its author sees. */
async function readFolder(root: string, io: Io): Promise<readonly SkillFile[]> {
  const from = sourceIo(io, findScope(io.settings, false), true)
  const { tree, resolution } = await openSpec({ kind: 'path', path: root }, from)
  try {
    const link = tree.entries.find(({ kind }) => kind !== 'file')
    if (link) {
      throw new SkillsError(
        'publish_refused',
        `A skill is published without links, and there is one: ${displayText(link.path)}`,
        {
          hint: 'put the file itself in its place',
          details: { file: link.path },
        },
      )
    }
    return (await readSkill(tree, resolution)).files
  } finally {
    tree.close()
  }
}

/** Files that hold credentials by their nature. */
const PRIVATE =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$)[^/]*)?|\.npmrc|\.netrc|\.pypirc|id_(?:rsa|dsa|ecdsa|ed25519)|\.aws\/credentials)$/i

function refuseSecrets(files: readonly SkillFile[]): void {
  const file = files.find(({ path }) => PRIVATE.test(path))
  const [first, ...more] = findSecrets(files)
  if (!file && !first) return
  const what = first
    ? `${displayText(first.file)}:${first.line ?? 1}: ${first.message}${more.length > 0 ? `, and ${more.length} more` : ''}`
    : `${displayText(file?.path ?? '')} is a file for credentials`
  throw new SkillsError('secret_found', what, {
    hint: 'take it out, and revoke it if it was real',
    details: { file: first?.file ?? file?.path ?? '' },
  })
}

function versionOf(manifest: Manifest, release: string | undefined): string {
  const own = ownVersion(manifest)
  if (own !== undefined && release !== undefined && own !== release) {
    const place =
      manifest.contract?.version === undefined ? 'metadata.version in SKILL.md' : 'version in skill.toml'
    throw new SkillsError(
      'publish_refused',
      `The skill says that it is ${displayShort(own, 60)}, not ${displayShort(release, 60)}`,
      { hint: `change ${place}, or leave --release out` },
    )
  }
  const found = release ?? manifest.version
  if (found !== undefined && VERSION.test(found)) return found
  throw new SkillsError(
    'publish_refused',
    found === undefined ? 'The skill has no version' : `Not a semantic version: ${displayShort(found, 60)}`,
    { hint: 'write version = "1.0.0" under [skill] in skill.toml, or pass --release 1.0.0' },
  )
}

function epochOf(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{1,12}$/.test(text)) return undefined
  return new Date(Number(text) * 1000)
}
