// Holds a version that is about to be published against what clients read of it: what one cannot read, or what would make
// lists long, can never be taken back once it is there.
import { SkillsError } from '../../src/errors/error.ts'
import { repositoryOfName, tagOfVersion } from '../../src/registry/names.ts'
import { versionDocumentSchema } from '../../src/registry/protocol.ts'
import type { CheckedArtifact } from './artifact.ts'

/** Bytes of what lists show of one version, as JSON. */
const MOST = {
  description: 8 * 1024,
  license: 4 * 1024,
  topics: 16 * 1024,
  dependencies: 64 * 1024,
  capabilities: 256 * 1024,
  optionalCapabilities: 256 * 1024,
} as const

/** @throws artifact_invalid naming the field that clients refuse; limit_exceeded naming the one that is too long */
export function assertReadable(checked: CheckedArtifact): void {
  const { name, version, manifest, license = null } = checked
  const facts: Readonly<Record<keyof typeof MOST, unknown>> = {
    description: manifest.description,
    license,
    topics: manifest.contract?.topics ?? [],
    dependencies: manifest.dependencies,
    capabilities: checked.capabilities,
    optionalCapabilities: checked.optionalCapabilities,
  }
  for (const [field, most] of Object.entries(MOST)) {
    const size = Buffer.byteLength(JSON.stringify(facts[field as keyof typeof MOST]))
    if (size <= most) continue
    throw new SkillsError('limit_exceeded', `${name} ${version}: ${field} has ${size} bytes`, {
      hint: `the registry takes ${most}`,
      details: { field, limit: most },
    })
  }
  const read = versionDocumentSchema.safeParse({
    name,
    version,
    digest: checked.digest,
    integrity: checked.integrity,
    publishedAt: '2000-01-01T00:00:00Z',
    publisher: '',
    size: checked.size,
    signer: 'unsigned',
    dependencies: manifest.dependencies,
    description: manifest.description,
    ...(license !== null && { license }),
    capabilities: checked.capabilities,
    optionalCapabilities: checked.optionalCapabilities,
    files: checked.files,
    repository: repositoryOfName(name),
    tag: tagOfVersion(version),
  })
  if (read.success) return
  const [issue] = read.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new SkillsError(
    'artifact_invalid',
    `No client could read ${name} ${version}: ${field}: ${issue?.message ?? 'it is not as expected'}`,
    { hint: 'make it with skills pack or skills publish', details: { field } },
  )
}
