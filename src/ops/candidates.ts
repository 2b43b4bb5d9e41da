// From a source to the skills that were chosen of it, read and verified, but not yet granted or stored.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { isSkillsError } from '../errors/error.ts'
import { loadProject } from '../lock/file.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText } from '../platform/text.ts'
import { readSkills } from '../sources/read-skill.ts'
import type { Fetched, Resolution, Spec, WellKnownSpec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import type { Verified } from '../trust/verify.ts'
import type { Io, Notice } from './io.ts'
import { rememberOffers } from './offer-memory.ts'
import { loadSoon } from './load-soon.ts'
import { foreseeing, listSpec, openResolution, type OpenSource, openSpec, sourceIo } from './open-source.ts'
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

interface Place {
  readonly scope: Scope
  readonly lock: Lockfile
  readonly io: Io
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

interface Context extends Place {
  /** The source, where somebody has begun to open it. */
  readonly opened?: Promise<OpenSource> | undefined
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
  const { scope, lock, io, opened } = context
  const label = displayText(describeSpec(spec))
  io.report(`resolving ${label}`)
  const load = () => Promise.all([import('./offers.ts'), import('./candidate-of.ts')])
  const judges = loadSoon(load, { now: opened !== undefined })
  const from = () => foreseeing(sourceIo(io, scope, wanted.offline), { ...wanted, skills: names })
  const { resolution, tree } = wanted.resolution
    ? { resolution: wanted.resolution, tree: await openResolution(wanted.resolution, from()) }
    : await (opened ?? openSpec(spec, from(), io.startedAt))
  try {
    const [{ readOffers }, { candidateOf }] = await judges()
    const found = await readOffers(tree, spec.subdir)
    rememberOffers(io.settings.cacheDir, resolution, found.offers)
    for (const { dir, diagnostics } of found.skipped) {
      const reason = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
      io.notice(skipped(dir, reason?.code ?? 'skill_skipped', reason?.message ?? 'not usable'))
    }
    const chosen = await selectOffers(found, { ...wanted, names }, { source: label, io })
    io.report(`reading ${chosen.length} of ${found.offers.length} skills of ${label}`)
    const fetched = await readSkills(
      tree,
      resolution,
      chosen.map((offer) => offer.dir),
    )
    const candidates = chosen.map((offer, index) => {
      const name = wanted.as ?? offer.name
      assertSkillName(name)
      const at = { name, dir: offer.dir, lock, spec: { ...spec, ...subdirOf(offer.dir) } }
      try {
        return candidateOf(fetched[index] as Fetched, at)
      } catch (error) {
        // Of many that were not named one by one, a broken one is left out like a broken SKILL.md.
        if (names.length > 0 || chosen.length === 1 || !isSkillsError(error, 'manifest_invalid')) throw error
        io.notice(skipped(offer.dir, error.code, error.message))
        return undefined
      }
    })
    return withoutTwins(candidates.filter((candidate) => candidate !== undefined))
  } finally {
    tree.close()
  }
}

function skipped(dir: string, code: string, reason: string): Notice {
  return { code, message: `skipped ${displayText(dir || '.')}: ${displayText(reason)}` }
}

function subdirOf(dir: string): { subdir?: string } {
  return dir === '' ? {} : { subdir: dir }
}
