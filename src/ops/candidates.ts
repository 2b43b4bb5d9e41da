// From a source to the skills that were chosen of it, read and verified, but not yet granted or stored.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { isSkillsError } from '../errors/error.ts'
import type { Lockfile } from '../lock/lockfile.ts'
import { assertSkillName } from '../lock/skill-name.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import { displayText } from '../platform/text.ts'
import { readSkills } from '../sources/read-skill.ts'
import type { Fetched, Resolution, Spec } from '../sources/source.ts'
import { describeSpec } from '../sources/spec.ts'
import type { Verified } from '../trust/verify.ts'
import type { Io, Notice } from './io.ts'
import { rememberOffers } from './offer-memory.ts'
import { loadSoon } from './load-soon.ts'
import { foreseeing, type OpenSource, openSpec, sourceIo } from './open-source.ts'
import type { Scope } from './scope.ts'
import { selectOffers, withoutTwins } from './select.ts'

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
}

/** Resolves and opens the source (unless somebody has begun to: `opened`), lets the user choose, reads and verifies what was chosen. */
export async function obtainCandidates(
  source: Spec & { readonly skill?: string },
  wanted: Wanted,
  { scope, lock, io, opened }: Place & { readonly opened?: Promise<OpenSource> | undefined },
): Promise<readonly Candidate[]> {
  const { skill, ...spec } = source
  const label = displayText(describeSpec(spec))
  io.report(`resolving ${label}`)
  const names = namesOf(wanted, skill)
  const load = () => Promise.all([import('./offers.ts'), import('./candidate-of.ts')])
  const judges = loadSoon(load, { now: opened !== undefined })
  const from = () => foreseeing(sourceIo(io, scope, wanted.offline), { ...wanted, skills: names })
  const open = await (opened ?? openSpec(spec, from(), io.startedAt))
  try {
    const [{ readOffers }, { candidateOf }] = await judges()
    const found = await readOffers(open.tree, spec.subdir)
    rememberOffers(io.settings.cacheDir, open.resolution, found.offers)
    for (const { dir, diagnostics } of found.skipped) {
      const reason = diagnostics.find((diagnostic) => diagnostic.severity === 'error')
      io.notice(skipped(dir, reason?.code ?? 'skill_skipped', reason?.message ?? 'not usable'))
    }
    const chosen = await selectOffers(found, { ...wanted, names }, { source: label, io })
    io.report(`reading ${chosen.length} of ${found.offers.length} skills of ${label}`)
    const fetched = await readSkills(
      open.tree,
      open.resolution,
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
    open.tree.close()
  }
}

function namesOf({ skills = [] }: Wanted, skill: string | undefined): readonly string[] {
  return skill ? [...skills, skill] : skills
}

function skipped(dir: string, code: string, reason: string): Notice {
  return { code, message: `skipped ${displayText(dir || '.')}: ${displayText(reason)}` }
}

function subdirOf(dir: string): { subdir?: string } {
  return dir === '' ? {} : { subdir: dir }
}
