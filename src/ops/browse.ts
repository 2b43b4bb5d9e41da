// What a source offers, without installing anything (`add --list`).
import { displayText } from '../platform/text.ts'
import type { Resolution, Spec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import type { Io, ScopeRequest } from './io.ts'
import { rememberOffers } from './offer-memory.ts'
import { type Offer, readOffers, type SkippedSkill } from './offers.ts'
import { openSpec, sourceIo } from './open-source.ts'
import { rebaseSpec } from './rebase-spec.ts'
import { findScope } from './scope.ts'

export interface BrowseRequest extends ScopeRequest {
  readonly source: Spec & { readonly skill?: string }
  readonly offline?: boolean
}

export interface BrowseResult {
  readonly source: string
  readonly resolution: Resolution
  /** `dir` is `.` for the root. */
  readonly skills: readonly Offer[]
  /** Folders with a SKILL.md that cannot be used, and why. */
  readonly skipped: readonly SkippedSkill[]
}

export async function browse({ source, global, offline }: BrowseRequest, io: Io): Promise<BrowseResult> {
  const scope = findScope(io.settings, global)
  const { skill, ...spec } = rebaseSpec(source, io.settings, scope)
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
