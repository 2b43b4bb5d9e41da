// What a skill's verified files say of it: name, version, dependencies and the capabilities that it asks for.
import { SkillsError } from '../errors/error.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { type Manifest, readManifest } from '../manifest/manifest.ts'
import { capabilityRequest } from '../manifest/request.ts'
import { displayText } from '../platform/text.ts'
import { isSameAddress } from '../sources/address.ts'
import type { Fetched, Resolution, Spec } from '../sources/source.ts'
import { verifyFetched } from '../trust/verify.ts'
import type { Candidate } from './candidates.ts'

/** Reads the manifest of verified files; the lock's digest holds where the address is the locked one. */
export function candidateOf(
  fetched: Fetched,
  at: {
    readonly name: string
    readonly dir: string
    readonly spec: Spec
    readonly lock: Lockfile
    /** What the source gives a skill that names none. */
    readonly version?: string | undefined
  },
): Candidate {
  const { name, dir, spec, lock } = at
  const locked = lock.skills[name]
  const sameAddress = locked !== undefined && isSamePlace(locked.resolution, fetched.resolution)
  const verified = verifyFetched(fetched, sameAddress ? { name, integrity: locked.integrity } : undefined)
  const folder = dir.slice(dir.lastIndexOf('/') + 1)
  const { manifest, diagnostics } = readManifest(verified.files, {
    mode: 'tolerant',
    ...(folder && { folder }),
  })
  if (!manifest) {
    const reason = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
    throw new SkillsError(
      'manifest_invalid',
      `${displayText(name)}: ${displayText(reason?.file ?? 'SKILL.md')}: ${displayText(reason?.message ?? 'not usable')}`,
      {
        hint: 'run "skills validate" on it',
        details: { file: reason?.file ?? 'SKILL.md', rule: reason?.code ?? '' },
      },
    )
  }
  return {
    name,
    dir,
    integrity: verified.integrity,
    spec,
    resolution: fetched.resolution,
    ...versionOf(manifest, fetched.resolution, at.version),
    dependencies: manifest.dependencies,
    verified,
    request: capabilityRequest(manifest, verified.files),
    diagnostics,
  }
}

/** True when both name the same folder of the same immutable bytes. */
function isSamePlace(a: Resolution, b: Resolution): boolean {
  return (a.subdir ?? '') === (b.subdir ?? '') && isSameAddress(a, b)
}

/** A registry publishes a skill under one version, whether its files name it or not. */
function versionOf(
  { version }: Manifest,
  resolution: Resolution,
  ofSource: string | undefined,
): { version?: string } {
  const found = resolution.kind === 'registry' ? resolution.version : (version ?? ofSource)
  return found ? { version: found } : {}
}
