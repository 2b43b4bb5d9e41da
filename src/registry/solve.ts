// One version of every skill, so that all ranges hold: depth first with jumps back to a decision that matters
// (conflict-directed backjumping, Prosser 1993). Asks for documents through the caller; knows no network.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { displayShort } from '../platform/text.ts'
import { chooseVersion, isInRange, refusal, versionsIn, type ChoiceRules } from './choose.ts'
import type { SkillDocument, VersionSummary } from './protocol.ts'

/** That a skill is needed: in which range, by whom. */
export interface Need {
  /** `@scope/name` */
  readonly name: string
  readonly range?: string | undefined
  /** From the project down to whoever needs it: `skills.json`, `@acme/report@1.2.0`. */
  readonly chain: readonly string[]
  /** The `@scope/name` whose chosen version needs it; absent for what stands fast. */
  readonly by?: string
}

export interface SolveRequest {
  readonly roots: readonly Need[]
  readonly document: (name: string) => Promise<SkillDocument>
  readonly rules: (name: string) => ChoiceRules
  /** A version that is kept where it fits: the locked one. */
  readonly prefer: (name: string) => string | undefined
  /** `@scope/name` that a dependency of a version means. */
  readonly target: (key: string, of: string) => string
}

export interface SolvedVersion {
  readonly document: SkillDocument
  readonly version: VersionSummary
}

export type Solution = ReadonlyMap<string, SolvedVersion>

const MAX_STEPS = 20_000
const MAX_SKILLS = 2_000

/** Why a choice cannot stand, and the skills whose choice led there. */
interface Conflict {
  readonly involved: ReadonlySet<string>
  readonly error: SkillsError
}

interface State {
  readonly chosen: ReadonlyMap<string, SolvedVersion>
  readonly needs: ReadonlyMap<string, readonly Need[]>
}

/**
 * @throws dependency_conflict naming the two chains that exclude each other; dependency_missing for a needed skill that
 *   cannot be found; version_not_found, version_too_new and skill_not_found about what the project itself asks for
 */
export async function solve(request: SolveRequest): Promise<Solution> {
  let steps = 0
  const documents = new Map<string, Promise<SkillDocument>>()
  const documentOf = (name: string): Promise<SkillDocument> => {
    const known = documents.get(name) ?? request.document(name)
    documents.set(name, known)
    return known
  }

  async function search(state: State): Promise<Solution | Conflict> {
    const name = [...state.needs.keys()].find((one) => !state.chosen.has(one))
    if (name === undefined) return state.chosen
    const needs = state.needs.get(name) ?? []
    const found = await candidatesFor(needs)
    if ('error' in found) return found
    // What is needed next can be asked for while this one is tried.
    for (const key of Object.keys(found.candidates[0]?.dependencies ?? {}))
      documentOf(request.target(key, name)).catch(() => {})
    let involved = new Set<string>(decidersOf(needs))
    let first: SkillsError | undefined
    for (const version of found.candidates) {
      if (++steps > MAX_STEPS || state.chosen.size > MAX_SKILLS) throw tooHard()
      const next = choose(state, { name, solved: { document: found.document, version }, needs })
      const result = 'error' in next ? next : await search(next)
      if (!('error' in result)) return result
      // The conflict has nothing to do with this choice: another version would run into it again.
      if (!result.involved.has(name)) return result
      first ??= result.error
      involved = new Set([...involved, ...result.involved])
    }
    involved.delete(name)
    return { involved, error: first ?? noCommon(needs, found.document) }
  }

  async function candidatesFor(
    needs: readonly Need[],
  ): Promise<{ document: SkillDocument; candidates: readonly VersionSummary[] } | Conflict> {
    const [need] = needs as readonly [Need]
    const involved = new Set(decidersOf(needs))
    try {
      const document = await documentOf(need.name)
      const rules = request.rules(need.name)
      const lists = needs.map(({ range }) => versionsIn(document, range))
      const allowed = (lists[0] ?? []).filter(
        (version) => lists.every((list) => list.includes(version)) && refusal(version, rules) === undefined,
      )
      const wish = request.prefer(need.name)
      const candidates = allowed.toSorted((a, b) => Number(b.version === wish) - Number(a.version === wish))
      if (candidates.length > 0) return { document, candidates }
      // One need alone that nothing satisfies is told as such; a locked version may stay for want of another.
      const alone = needs.map(({ range }) => chooseVersion(document, range, rules))
      const kept = alone[0]
      if (kept && lists.every((list) => list.includes(kept))) return { document, candidates: [kept] }
      return { involved, error: noCommon(needs, document) }
    } catch (error) {
      if (!isSkillsError(error) || !about(error)) throw error
      return { involved, error: blamed(error, needs) }
    }
  }

  function choose(
    { chosen, needs }: State,
    pick: { readonly name: string; readonly solved: SolvedVersion; readonly needs: readonly Need[] },
  ): State | Conflict {
    const { name, solved } = pick
    const { version } = solved
    const nextChosen = new Map(chosen).set(name, solved)
    const nextNeeds = new Map(needs)
    const chain = [...(pick.needs[0]?.chain ?? []), `${name}@${version.version}`]
    for (const [key, range] of Object.entries(version.dependencies)) {
      const target = request.target(key, name)
      const need: Need = { name: target, range, chain, by: name }
      const others = nextNeeds.get(target) ?? []
      const standing = nextChosen.get(target)
      if (standing && !isInRange(standing.version.version, range)) {
        return {
          involved: new Set([name, target, ...decidersOf(others)]),
          error: excluded(others[0], need, standing.version.version),
        }
      }
      nextNeeds.set(target, [...others, need])
    }
    return { chosen: nextChosen, needs: nextNeeds }
  }

  const needs = new Map<string, readonly Need[]>()
  for (const root of request.roots) needs.set(root.name, [...(needs.get(root.name) ?? []), root])
  for (const name of needs.keys()) documentOf(name).catch(() => {})
  const result = await search({ chosen: new Map(), needs })
  if ('error' in result) throw result.error
  return result
}

function decidersOf(needs: readonly Need[]): string[] {
  return needs.flatMap(({ by }) => by ?? [])
}

/** Errors about one skill or version, which another choice may avoid. */
function about({ code }: SkillsError): boolean {
  return [
    'skill_not_found',
    'not_found',
    'version_not_found',
    'version_removed',
    'version_too_new',
    'registry_missing',
  ].includes(code)
}

/** What the project itself asks for keeps its own error; what a skill asks for is told with the chain that leads to it. */
function blamed(error: SkillsError, needs: readonly Need[]): SkillsError {
  const need = needs.find(({ by }) => by !== undefined) ?? needs[0]
  if (!need || (need.by === undefined && need.chain.length <= 1)) return error
  return new SkillsError('dependency_missing', `${chainText(need)}, but: ${error.message}`, {
    ...(error.hint !== undefined && { hint: error.hint }),
    details: { name: need.name, chain: need.chain, cause: error.code },
    cause: error,
  })
}

/** The first two needs that no version satisfies together. */
function noCommon(needs: readonly Need[], document: SkillDocument): SkillsError {
  for (const [index, one] of needs.entries()) {
    for (const other of needs.slice(index + 1)) {
      const common = versionsIn(document, one.range).some((version) =>
        versionsIn(document, other.range).includes(version),
      )
      if (!common) return excluded(one, other)
    }
  }
  return excluded(needs[0], needs[1] ?? needs[0])
}

function excluded(one: Need | undefined, other: Need | undefined, chosen?: string): SkillsError {
  const both = [one, other].filter((need) => need !== undefined)
  const name = displayShort(both[0]?.name ?? '', 140)
  const lines = both.map((need) => chainText(need))
  const picked = chosen === undefined || one?.range !== undefined ? '' : ` (${chosen} was chosen)`
  return new SkillsError(
    'dependency_conflict',
    `No one version of ${name} suits everybody: ${lines.join('; ')}${picked}`,
    {
      hint: 'ask for other versions of the skills at the beginning of the two chains',
      details: {
        name,
        chains: both.map((need) => [...need.chain, `${need.name}@${need.range ?? 'latest'}`].join(' > ')),
      },
    },
  )
}

/** `skills.json > @acme/report@1.2.0 needs @acme/pdf ^2` */
function chainText({ chain, name, range }: Need): string {
  return displayShort(`${chain.join(' > ')} needs ${name} ${range ?? 'latest'}`, 600)
}

function tooHard(): SkillsError {
  return new SkillsError(
    'dependency_conflict',
    'The versions that the skills need could not be found in reasonable time',
    {
      hint: 'ask for exact versions of some of the skills in skills.json',
      details: { steps: MAX_STEPS },
    },
  )
}
