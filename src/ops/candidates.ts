// From a source to the skills that were chosen of it, read and verified, but not yet granted or stored.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { isSkillsError, SkillsError } from '../errors/error.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText } from '../platform/text.ts'
import { readEach } from '../sources/read-skill.ts'
import type { Fetched, Resolution, Spec, WellKnownSpec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import type { Verified } from '../trust/verify.ts'
import type { Io } from './io.ts'
import { leftOutNotices, unusableOffer } from './left-out.ts'
import { rememberOffers } from './offer-memory.ts'
import { loadSoon } from './load-soon.ts'
import { foreseeing, listSpec, openResolution, type OpenSource, openSpec, sourceIo } from './open-source.ts'
import { projectOf, type Scope } from './scope.ts'
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
  assertSourceAllowed(source, projectOf(context.scope) ?? {})
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
    { offers, leftOut: [] },
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
  const { resolution, tree, ...at } = wanted.resolution
    ? { spec, resolution: wanted.resolution, tree: await openResolution(wanted.resolution, from()) }
    : await (opened ?? openSpec(spec, from(), io.startedAt))
  try {
    const [{ readOffers }, { candidateOf }] = await judges()
    const found = await readOffers(tree, at.spec.subdir)
    rememberOffers(io.settings.cacheDir, resolution, found.offers)
    // Who names skills is told of those; an error says why a name fits none.
    if (names.length === 0) for (const notice of leftOutNotices(found.leftOut)) io.notice(notice)
    const chosen = await selectOffers(found, { ...wanted, names }, { source: label, io })
    io.report(`reading ${chosen.length} of ${found.offers.length} skills of ${label}`)
    const fetched = await readEach(
      tree,
      resolution,
      chosen.map((offer) => offer.dir),
    )
    const read = chosen.map((offer, index): Candidate | SkillsError => {
      const one = fetched[index] as Fetched | SkillsError
      try {
        if (isSkillsError(one)) throw one
        if (wanted.as === undefined && offer.needsName !== undefined) throw unusableOffer(offer)
        const name = wanted.as ?? offer.name
        assertSkillName(name)
        const place = { ...at.spec, ...subdirOf(offer.dir) }
        return candidateOf(one, { name, dir: offer.dir, lock, spec: place, version: tree.version })
      } catch (error) {
        if (isSkillsError(error) && LEAVES_OTHERS.has(error.code)) return error
        throw error
      }
    })
    return withoutTwins(usableOf(read, { chosen, named: names.length > 0, io }))
  } finally {
    tree.close()
  }
}

/** What is wrong with one skill and says nothing of its neighbours. */
const LEAVES_OTHERS: ReadonlySet<string> = new Set<SkillsError['code']>([
  'manifest_invalid',
  'name_invalid',
  'git_lfs_pointer',
  'path_unsafe',
  'link_unsafe',
  'file_type_unsupported',
  'limit_exceeded',
  'permission_denied',
  'fs_failed',
])

/** Of many that were not named one by one, a broken one is left out and told. @throws the reason otherwise */
function usableOf(
  read: readonly (Candidate | SkillsError)[],
  {
    chosen,
    named,
    io,
  }: { readonly chosen: readonly { readonly dir: string }[]; readonly named: boolean; readonly io: Io },
): readonly Candidate[] {
  const usable: Candidate[] = []
  let first: SkillsError | undefined
  for (const [index, one] of read.entries()) {
    if (!isSkillsError(one)) {
      usable.push(one)
      continue
    }
    if (named || read.length === 1) throw one
    first ??= one
    const dir = chosen[index]?.dir || '.'
    io.notice({ code: one.code, message: `skipped ${displayText(dir)}: ${displayText(one.message)}` })
  }
  if (first && usable.length === 0) throw first
  return usable
}

function subdirOf(dir: string): { subdir?: string } {
  return dir === '' ? {} : { subdir: dir }
}
