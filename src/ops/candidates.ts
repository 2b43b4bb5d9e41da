// From a source to the skills that were chosen of it, read and verified, but not yet granted or stored.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { SkillsError } from '../errors/error.ts'
import { loadProject } from '../lock/file.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import { type Manifest, readManifest } from '../manifest/manifest.ts'
import { type CapabilityRequest, capabilityRequest } from '../manifest/request.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText } from '../platform/text.ts'
import { isSameAddress } from '../sources/address.ts'
import { readSkills } from '../sources/read-skill.ts'
import type { Fetched, Resolution, Spec, WellKnownSpec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import { type Verified, verifyFetched } from '../trust/verify.ts'
import type { Io } from './io.ts'
import { rememberOffers } from './offer-memory.ts'
import { readOffers } from './offers.ts'
import { listSpec, openResolution, openSpec, sourceIo } from './open-source.ts'
import type { Scope } from './scope.ts'
import { selectOffers, withoutTwins } from './select.ts'
import { assertSourceAllowed } from './source-policy.ts'

/** Skills of a catalogue that are fetched at the same time. */
const SIDE_BY_SIDE = 8

/** A verified skill under the name that it would be locked with. */
export interface Candidate {
  readonly name: string
  readonly dir: string
  readonly integrity: string
  /** Names this one skill: the source's spec with the skill's folder as `subdir`. */
  readonly spec: Spec
  readonly resolution: Resolution
  readonly version?: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly verified: Verified
  readonly request: CapabilityRequest
  readonly diagnostics: readonly Diagnostic[]
  /** True when only other skills need it: it gets no place in skills.json. */
  readonly dependency?: boolean
}

interface Wanted {
  readonly skills?: readonly string[]
  readonly all?: boolean
  readonly as?: string
  readonly yes?: boolean
  readonly offline?: boolean
  /** The address, where it is known already: then nothing is resolved. */
  readonly resolution?: Resolution
}

interface Context {
  readonly scope: Scope
  readonly lock: Lockfile
  readonly io: Io
}

/**
 * Resolves and opens the source, lets the user choose, reads and verifies what was chosen.
 * @throws source_denied, and what resolving, opening, choosing and reading throw
 */
export async function obtainCandidates(
  source: Spec & { readonly skill?: string },
  wanted: Wanted,
  context: Context,
): Promise<readonly Candidate[]> {
  assertSourceAllowed(source, loadProject(context.scope.projectFile) ?? {})
  if (source.kind === 'well-known' && source.skill === undefined) return obtainListed(source, wanted, context)
  if (source.kind === 'well-known') return obtainFrom(source, wanted.skills ?? [], { wanted, context })
  const { skill, ...spec } = source
  return obtainFrom(spec, [...(wanted.skills ?? []), ...(skill ? [skill] : [])], { wanted, context })
}

/** The chosen skills of a catalogue, each from its own content. */
async function obtainListed(
  source: WellKnownSpec,
  { resolution: _resolution, ...wanted }: Wanted,
  context: Context,
): Promise<readonly Candidate[]> {
  const { scope, io } = context
  const label = displayText(describeSpec(source))
  io.report(`asking ${label} for its skills`)
  const listed = (await listSpec(source, sourceIo(io, scope, wanted.offline))) ?? []
  const offers = listed.map(({ spec: _spec, ...one }) => ({ ...one, dir: one.name, diagnostics: [] }))
  const chosen = await selectOffers(
    { offers, skipped: [] },
    { ...wanted, names: wanted.skills ?? [] },
    { source: label, io },
  )
  const { skills: _skills, ...rest } = wanted
  const specs = listed.flatMap(({ name, spec }) =>
    chosen.some((offer) => offer.name === name) ? [spec] : [],
  )
  const found = await mapParallel(specs, SIDE_BY_SIDE, (spec) =>
    obtainFrom(spec, [], { wanted: rest, context }),
  )
  return withoutTwins(found.flat())
}

async function obtainFrom(
  spec: Spec,
  names: readonly string[],
  { wanted, context }: { readonly wanted: Wanted; readonly context: Context },
): Promise<readonly Candidate[]> {
  const { scope, lock, io } = context
  const label = displayText(describeSpec(spec))
  io.report(`resolving ${label}`)
  const from = { ...sourceIo(io, scope, wanted.offline), likely: names }
  const { resolution, tree } = wanted.resolution
    ? { resolution: wanted.resolution, tree: await openResolution(wanted.resolution, from) }
    : await openSpec(spec, from, io.startedAt)
  try {
    const found = await readOffers(tree, spec.subdir)
    rememberOffers(io.settings.cacheDir, resolution, found.offers)
    for (const { dir, diagnostics } of found.skipped) {
      const reason = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
      io.notice({
        code: reason?.code ?? 'skill_skipped',
        message: `skipped ${displayText(dir || '.')}: ${displayText(reason?.message ?? 'not usable')}`,
      })
    }
    const chosen = await selectOffers(found, { ...wanted, names }, { source: label, io })
    io.report(`reading ${chosen.length} of ${found.offers.length} skills of ${label}`)
    const fetched = await readSkills(
      tree,
      resolution,
      chosen.map((offer) => offer.dir),
    )
    return withoutTwins(
      chosen.map((offer, index) => {
        const name = wanted.as ?? offer.name
        assertSkillName(name)
        const at = { name, dir: offer.dir, lock }
        return candidateOf(fetched[index] as Fetched, { ...at, spec: { ...spec, ...subdirOf(offer.dir) } })
      }),
    )
  } finally {
    tree.close()
  }
}

/** Reads the manifest of verified files; the lock's digest holds where the address is the locked one. */
export function candidateOf(
  fetched: Fetched,
  at: { readonly name: string; readonly dir: string; readonly spec: Spec; readonly lock: Lockfile },
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
    ...versionOf(manifest, fetched.resolution),
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

function subdirOf(dir: string): { subdir?: string } {
  return dir === '' ? {} : { subdir: dir }
}

/** A registry publishes a skill under one version, whether its files name it or not. */
function versionOf({ version }: Manifest, resolution: Resolution): { version?: string } {
  const found = resolution.kind === 'registry' ? resolution.version : version
  return found ? { version: found } : {}
}
