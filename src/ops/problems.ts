// Failures of single skills, gathered so that one bad source does not hide the others.
import { isSkillsError, type SkillProblem, SkillsError, failureOf } from '../errors/error.ts'
import { worstExit } from '../errors/exit.ts'
import { displayShort, displayText, redactUrl } from '../platform/text.ts'

export interface Problems {
  /** @throws cancelled, which is no failure of a skill */
  add(skills: readonly string[], thrown: unknown): void
  readonly count: number
  /** @throws the gravest failure, with all of them as its `problems` */
  throwIfAny(): void
}

export function gatherProblems(): Problems {
  const found: { readonly skill: string; readonly error: SkillsError }[] = []
  return {
    add(skills, thrown) {
      const error = sourceError(thrown)
      for (const skill of skills) found.push({ skill, error })
    },
    get count() {
      return found.length
    },
    throwIfAny() {
      const worst = worstExit(found.map(({ error }) => error.exit))
      const gravest = found.find(({ error }) => error.exit === worst)?.error
      if (!gravest) return
      const problems = found
        .toSorted((a, b) => (a.skill < b.skill ? -1 : 1))
        .map(({ skill, error }): SkillProblem => ({ skill, ...failureOf(error) }))
      const { code, message, hint, details } = gravest
      const several = problems.length > 1
      throw new SkillsError(
        code,
        several ? `${problems.length} skills failed; nothing was changed` : message,
        {
          ...(!several && hint !== undefined && { hint }),
          details,
          cause: gravest,
          problems,
        },
      )
    },
  }
}

/** What went wrong with one source, which must not stop the others; its message is safe to show. @throws cancelled */
export function sourceError(thrown: unknown): SkillsError {
  if (isSkillsError(thrown, 'cancelled') || (thrown instanceof Error && thrown.name === 'AbortError'))
    throw thrown
  if (isSkillsError(thrown)) return thrown
  const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)
  const shown = displayShort(redactUrl(reason), 300)
  return new SkillsError('internal', `Something went wrong in this program: ${displayText(shown)}`, {
    hint: 'set SKILLWARD_DEBUG=1 to see where, and report it',
    cause: thrown,
  })
}
