// The skills that an open source offers: discovery, and the tolerant reading of each SKILL.md.
import type { Diagnostic } from '../errors/diagnostic.ts'
import type { LeftOut } from '../manifest/discover.ts'
import { readSkillMd } from '../manifest/skill-md.ts'
import { nameProblem } from '../lock/skill-name.ts'
import { findSkills, type FoundSkill } from '../sources/find-skills.ts'
import type { SourceTree } from '../sources/source.ts'

/** A usable skill of a source. */
export interface Offer {
  /** The name that it is locked under; where `needsName` is there, the one that it has and that no folder can have. */
  readonly name: string
  readonly description: string
  readonly version?: string
  /** Its folder, relative to the source's root; empty for the root. */
  readonly dir: string
  /** The plugin that a manifest lists it under. */
  readonly group?: string
  /** Why its name cannot name a folder, as the end of a sentence: it can be added under another one only. */
  readonly needsName?: string
  readonly diagnostics: readonly Diagnostic[]
}

export interface Offers {
  readonly offers: readonly Offer[]
  readonly leftOut: readonly LeftOut[]
}

/**
 * Every skill under `subdir` of the source (all of it when absent), in the order of its folder, and what is none.
 * @throws what `findSkills` throws
 */
export async function readOffers(tree: SourceTree, subdir = ''): Promise<Offers> {
  const { skills, leftOut } = await findSkills(tree, subdir)
  const offers: Offer[] = []
  const unusable: LeftOut[] = []
  for (const skill of skills) {
    const offer = readOffer(skill, tree.version)
    if ('name' in offer) offers.push(offer)
    else unusable.push(offer)
  }
  return { offers, leftOut: [...unusable, ...leftOut] }
}

function readOffer(found: FoundSkill, sourceVersion: string | undefined): Offer | LeftOut {
  const { dir, file } = found
  const last = dir.slice(dir.lastIndexOf('/') + 1)
  const { skill, diagnostics } = readSkillMd(found.text, { mode: 'tolerant', ...(last && { folder: last }) })
  if (!skill) return unusable(dir, file, diagnostics)
  const name = keyOf(skill.name, last)
  const version = skill.version ?? sourceVersion
  return {
    name: name ?? skill.name,
    description: skill.description,
    dir,
    diagnostics: file === 'SKILL.md' ? diagnostics : [...diagnostics, lowerCase()],
    ...(version && { version }),
    ...(found.group && { group: found.group }),
    ...(name === undefined && { needsName: nameProblem(skill.name) ?? 'is no name' }),
  }
}

/** The skill's own name, or its folder's where that one cannot be a folder name. */
function keyOf(name: string, folder: string): string | undefined {
  return [name, name.normalize('NFKC'), folder].find(
    (candidate) => candidate !== '' && nameProblem(candidate) === undefined,
  )
}

function unusable(dir: string, file: string, diagnostics: readonly Diagnostic[]): LeftOut {
  const error = diagnostics.find(({ severity }) => severity === 'error')
  const line = error?.line === undefined ? '' : `:${error.line}`
  return {
    path: dir,
    code: error?.code ?? 'manifest_invalid',
    reason: `cannot be used: ${file}${line}: ${error?.message ?? 'it is not understood'}`,
  }
}

function lowerCase(): Diagnostic {
  return {
    severity: 'warning',
    code: 'skill_md_case',
    message: 'The file is called skill.md, and most agents look for SKILL.md only',
    file: 'skill.md',
    hint: 'ask the author to rename it',
  }
}
