// What a skill's files say of themselves, in the terms of a lock entry.
import type { SkillFile } from '../integrity/tree.ts'
import { readManifest } from '../manifest/manifest.ts'
import { capabilityRequest } from '../manifest/request.ts'
import type { Resolution } from '../sources/source.ts'
import type { Content } from '../trust/claims.ts'

/** Of files that are no skill at all, what asks for nothing. */
export function contentOf(files: readonly SkillFile[], resolution: Resolution): Content {
  const { manifest } = readManifest(files, { mode: 'tolerant', folder: 'skill' })
  if (!manifest) return { requested: {}, optional: {}, dependencies: {} }
  const { requested, optional } = capabilityRequest(manifest, files)
  const content = { requested, optional, dependencies: manifest.dependencies }
  if (resolution.kind === 'registry') return { ...content, version: resolution.version }
  if (manifest.version !== undefined) return { ...content, version: manifest.version }
  // A source may name the version of a skill that does not name its own.
  return resolution.kind === 'git' || resolution.kind === 'path' ? { ...content, version: null } : content
}
