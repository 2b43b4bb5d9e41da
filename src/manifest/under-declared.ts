// What a skill does and its contract does not name. Scripts and frontmatter do it, so the contract is wrong; a text, a
// test or an example only mentions it.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { isTest } from './infer-scripts.ts'
import type { RequestLine } from './request.ts'

/** One finding a line of the request that the contract leaves out: an error where the skill does it, else a warning. */
export function underDeclared(lines: readonly RequestLine[], bodyLine: number): Diagnostic[] {
  return lines.flatMap(({ status, capability, value, text, evidence }): Diagnostic[] => {
    if (status !== 'under-declared') return []
    const acts = evidence.find(({ file, line }) => isActing(file, line, bodyLine))
    const place = acts ?? evidence[0]
    return [
      {
        severity: acts ? 'error' : 'warning',
        code: 'under_declared',
        message: `The skill shows that it may ${text}, and [capabilities] does not say so`,
        file: place?.file ?? 'skill.toml',
        ...(place && { line: place.line }),
        hint: `add ${value} to ${capability} in skill.toml, or take it out of the skill`,
      },
    ]
  })
}

function isActing(file: string, line: number, bodyLine: number): boolean {
  if (file === 'SKILL.md') return line < bodyLine
  return !/\.(?:md|mdx|mdc|markdown|txt|rst|adoc)$/i.test(file) && !isTest(file)
}
