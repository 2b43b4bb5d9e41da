// What a source offers, without installing anything (`add --list`).
import { displayText } from '../platform/text.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import type { Io, ScopeRequest } from './io.ts'
import { rememberOffers } from './offer-memory.ts'
import { type Offer, readOffers, type SkippedSkill } from './offers.ts'
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
  /** Folders with a SKILL.md that cannot be used, and why. */
  readonly skipped: readonly SkippedSkill[]
}

export async function browse({ source, global, offline }: BrowseRequest, io: Io): Promise<BrowseResult> {
  const scope = findScope(io.settings, global)
  const listed = await listSpec(source, sourceIo(io, scope, offline))
  if (listed) {
    const skills = listed.map(({ spec: _spec, ...one }) => ({ ...one, dir: one.name, diagnostics: [] }))
    return { source: describeSpec(source), skills, skipped: [] }
  }
  const { spec, skill } = picked(rebaseSpec(source, io.settings, scope))
  io.report(`resolving ${displayText(describeSpec(spec))}`)
  const open = await openSpec(spec, sourceIo(io, scope, offline), io.startedAt)
  try {
    const { offers, skipped } = await readOffers(open.tree, spec.subdir)
    rememberOffers(io.settings.cacheDir, open.resolution, offers)
    const wanted = skill ? offers.filter((offer) => offer.name === skill) : offers
    return {
      source: describeSpec(spec),
      resolution: open.resolution,
      skills: wanted.map((offer) => ({ ...offer, dir: offer.dir || '.' })),
      skipped: skipped.map((one) => ({ ...one, dir: one.dir || '.' })),
    }
  } finally {
    open.tree.close()
  }
}

/** The source, and the skill that is picked from it; the skill of an index is part of the source itself. */
function picked(source: BrowseRequest['source']): { readonly spec: Spec; readonly skill?: string } {
  if (source.kind === 'well-known') return { spec: source }
  const { skill, ...spec } = source
  return skill === undefined ? { spec } : { spec, skill }
}
