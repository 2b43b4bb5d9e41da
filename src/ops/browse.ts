// What a source offers, without installing anything (`add --list`).
import { isSkillsError } from '../errors/error.ts'
import type { LeftOut } from '../manifest/discover.ts'
import { displayText } from '../platform/text.ts'
import { placeEach } from '../sources/read-skill.ts'
import type { Resolution, SourceTree, Spec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import type { Io, ScopeRequest } from './io.ts'
import { rememberOffers } from './offer-memory.ts'
import { type Offer, type Offers, readOffers } from './offers.ts'
import { listSpec, openSpec, sourceIo } from './open-source.ts'
import { rebaseSpec } from './rebase-spec.ts'
import { findScope } from './scope.ts'

export interface BrowseRequest extends ScopeRequest {
  readonly source: Spec & { readonly skill?: string }
  readonly offline?: boolean
}

export interface BrowseResult {
  readonly source: string
  /** Absent for a catalogue, whose skills have one each. */
  readonly resolution?: Resolution
  /** `dir` is `.` for the root. */
  readonly skills: readonly Offer[]
  /** Everything with a SKILL.md that is not offered, and what else the source names without holding it. */
  readonly leftOut: readonly LeftOut[]
}

export async function browse({ source, global, offline }: BrowseRequest, io: Io): Promise<BrowseResult> {
  const scope = findScope(io.settings, global)
  const listed = await listSpec(source, sourceIo(io, scope, offline))
  if (listed) {
    const skills = listed.map(({ spec: _spec, ...one }) => ({ ...one, dir: one.name, diagnostics: [] }))
    return { source: describeSpec(source), skills, leftOut: [] }
  }
  const { spec, skill } = picked(rebaseSpec(source, io.settings, scope))
  io.report(`resolving ${displayText(describeSpec(spec))}`)
  const open = await openSpec(spec, sourceIo(io, scope, offline), io.startedAt)
  try {
    const found = await readOffers(open.tree, open.spec.subdir)
    rememberOffers(io.settings.cacheDir, open.resolution, found.offers)
    const { offers, leftOut } = await withoutUnreadable(open.tree, found)
    const wanted = skill ? offers.filter((offer) => offer.name === skill) : offers
    return {
      source: describeSpec(open.spec),
      resolution: open.resolution,
      skills: wanted.map((offer) => ({ ...offer, dir: offer.dir || '.' })),
      leftOut: leftOut.map((one) => ({ ...one, path: one.path || '.' })),
    }
  } finally {
    open.tree.close()
  }
}

/** `add` would refuse these by their names, links or sizes; their content is not read for a list. */
async function withoutUnreadable(tree: SourceTree, { offers, leftOut }: Offers): Promise<Offers> {
  const placed = await placeEach(
    tree,
    offers.map(({ dir }) => dir),
  )
  const refused = placed.flatMap((one, index): LeftOut[] =>
    isSkillsError(one)
      ? [{ path: offers[index]?.dir ?? '', code: one.code, reason: `cannot be taken: ${one.message}` }]
      : [],
  )
  return {
    offers: offers.filter((_, index) => !isSkillsError(placed[index])),
    leftOut: [...refused, ...leftOut],
  }
}

/** The source, and the skill that is picked from it; the skill of an index is part of the source itself. */
function picked(source: BrowseRequest['source']): { readonly spec: Spec; readonly skill?: string } {
  if (source.kind === 'well-known') return { spec: source }
  const { skill, ...spec } = source
  return skill === undefined ? { spec } : { spec, skill }
}
