// Which files of a skill are programs, what runs them, and one rule for many of them.
import type { SkillFile } from '../integrity/tree.ts'
import { BY_EXTENSION, INTERPRETERS } from './infer-words.ts'

export interface Script {
  readonly path: string
  /** What a rule starts with: `python3`, `bash`, `npx tsx`, `uv run`; '' when the file runs by itself. */
  readonly interpreter: string
  /** True for a file that is meant to be started, not only to be imported. */
  readonly entry: boolean
  readonly text: string
}

/** Of a larger source the beginning is read. */
export const MAX_SCRIPT_BYTES = 512 * 1024
const TESTS =
  /(?:^|\/)(?:tests?|__tests__|spec|fixtures?|test-?fixtures?|node_modules|__pycache__|evals?|dist|vendor)\/|(?:^|\/)(?:test_[^/]*|[^/]*_test|[^/]*[._-](?:test|spec)|conftest|setup|[^/]*\.config|[^/]*\.d)\.\w+$/

const decoder = new TextDecoder()

/**
 * Source files by path; tests, templates and examples are not programs that the skill starts, but they are read. Of a very
 * large one the beginning is read: padding must not hide that it is a program.
 */
export function scriptsOf(files: readonly SkillFile[]): Map<string, Script> {
  const scripts = new Map<string, Script>()
  for (const file of files) {
    const extension = /\.(\w+)$/.exec(file.path)?.[1] ?? ''
    const shebang = file.bytes[0] === 0x23 && file.bytes[1] === 0x21
    if (!(extension in BY_EXTENSION) && !SOURCE.test(extension) && !shebang) continue
    const text = decoder.decode(file.bytes.subarray(0, MAX_SCRIPT_BYTES)).replace(/\r\n?/g, '\n')
    const interpreter = (shebang ? ofShebang(text) : undefined) ?? BY_EXTENSION[extension] ?? ''
    scripts.set(file.path, { path: file.path, interpreter, entry: isEntry(file.path, text, shebang), text })
  }
  return scripts
}

/** True for what tests the skill, or is built or brought in. */
export function isTest(path: string): boolean {
  return TESTS.test(path)
}

/** Read for hosts and variables, though nothing here runs them as they are. */
const SOURCE = /^(?:tsx|jsx|go|rs|java|kt|cs|swift|lua)$/

function ofShebang(text: string): string | undefined {
  const line = text.slice(2, text.indexOf('\n')).trim()
  if (/\buv\b.*\brun\b/.test(line)) return 'uv run'
  const words = line.split(/\s+/).filter((word) => !word.startsWith('-') && !/^\w+=/.test(word))
  const program = (/(?:^|\/)env$/.test(words[0] ?? '') ? words[1] : words[0])?.replace(/^.*\//, '')
  return INTERPRETERS[program ?? ''] ?? INTERPRETERS[program?.replace(/(?<![\d.])[\d.]+$/, '') ?? '']
}

function isEntry(path: string, text: string, shebang: boolean): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (isTest(path) || /^(?:__init__|_\w+)\.py$/.test(name) || SOURCE.test(/\.(\w+)$/.exec(name)?.[1] ?? ''))
    return false
  if (/(?:^|\/)(?:templates?|assets?|examples?|references?|resources?|snippets?|lib|src\/lib)\//.test(path))
    return shebang && !/(?:^|\/)(?:templates?|assets?|examples?)\//.test(path)
  return (
    shebang ||
    /__name__\s*==\s*['"]__main__['"]\s*:(?!\s*raise\b)|process\.argv|require\.main|import\.meta\.main|Deno\.args/.test(
      text,
    ) ||
    /^scripts?\/[^/]+\.(?:sh|bash|py|m?js|ts|rb|ps1)$/.test(path)
  )
}

/** The rule that runs one script. */
export function ruleOfScript(script: Script): string {
  return `${script.interpreter === '' ? '' : `${script.interpreter} `}${cleanPath(script.path)} **`
}

/** Rules for all scripts that are started: three or more of a kind in a folder become `python3 scripts/*.py **`. */
export function groupScriptRules(scripts: readonly Script[]): Map<string, Script[]> {
  const kinds = new Map<string, Script[]>()
  for (const script of scripts) {
    const kind = script.path.replace(/[^/]*?(\.\w+)?$/, '*$1')
    const key = `${script.interpreter} ${kind}`
    kinds.set(key, [...(kinds.get(key) ?? []), script])
  }
  const rules = new Map<string, Script[]>()
  for (const [key, group] of kinds) {
    if (group.length > 2 && /\*\.\w+$/.test(key)) rules.set(`${cleanPath(key.trim())} **`, group)
    else for (const script of group) rules.set(ruleOfScript(script), [script])
  }
  return rules
}

/** A name that a rule cannot hold literally is held by wildcards. */
function cleanPath(path: string): string {
  const plain = path.replace(/[^\w./@+*~ -]+/g, '*')
  // A space parts the words of a rule; only the interpreter's own words may have one.
  const folder = plain.lastIndexOf('/')
  const lead = /^[\w ]+/.exec(plain)?.[0].length ?? 0
  return plain.replace(/ /g, (space, at: number) => (at < folder && (at > lead || at === 0) ? '*' : space))
}
