// Needs that authors write for another tool: ClawHub's `metadata.openclaw.requires` lists programs and variables.
import { evidence, type Excerpt, type Found } from './infer-found.ts'
import { HARMLESS, INTERPRETERS, looksSecret } from './infer-words.ts'
import type { SkillMd } from './skill-md.ts'

/** Programs and variables of the nested metadata; the evidence is the line that names them. */
export function metadataNeeds(skill: SkillMd, markdown: Excerpt): Found[] {
  const lines = markdown.text.split('\n')
  return ['openclaw', 'clawdbot', 'clawdis', 'moltbot'].flatMap((key): Found[] => {
    const value = parse(skill.metadata[key])
    const requires = table(value?.requires)
    if (!value || !requires) return []
    const at = (name: string): Found['evidence'] => {
      const offset = Math.max(
        0,
        lines.findIndex((line) => line.includes(name)),
      )
      return evidence(markdown, offset, lines[offset] ?? '')
    }
    const programs = [...texts(requires.bins), ...texts(requires.anyBins)].filter(
      (name) => !HARMLESS.has(name) && INTERPRETERS[name] === undefined,
    )
    const names = [...texts(requires.env), ...texts([value.primaryEnv])]
    return [
      ...programs.map((name): Found => ({
        capability: 'terminal',
        sub: 'allow',
        value: `${name} **`,
        evidence: at(name),
      })),
      ...names.map((name): Found => {
        return looksSecret(name)
          ? { capability: 'secrets', value: name, evidence: at(name) }
          : { capability: 'env', sub: 'required', value: name, evidence: at(name) }
      }),
    ]
  })
}

function parse(text: string | undefined): Record<string, unknown> | undefined {
  if (!text?.startsWith('{')) return undefined
  try {
    return table(JSON.parse(text))
  } catch {
    return undefined
  }
}

function table(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
