// What a skill shows that it does: an inferred request with evidence, short enough to be read. Reads text, runs nothing.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { covers } from '../capabilities/cover.ts'
import { GRAMMAR, type Grammar } from '../capabilities/grammar.ts'
import type { Rule } from '../capabilities/rules.ts'
import type { SkillFile } from '../integrity/tree.ts'
import { assignedNames, inferCode, NETWORK_CALL } from './infer-code.ts'
import { inferCommands } from './infer-commands.ts'
import { opaqueFiles } from './infer-files.ts'
import { autoloaded } from './infer-autoload.ts'
import { evidence, type Evidence, type Excerpt, type Found } from './infer-found.ts'
import { CODE_LANGUAGES, fencedBlocks, inlineCommands, SHELL_LANGUAGES, typedText } from './infer-markdown.ts'
import { metadataNeeds } from './infer-metadata.ts'
import { groupScriptRules, ruleOfScript, scriptsOf, type Script } from './infer-scripts.ts'
import { shellFunctions } from './infer-shell.ts'
import { needOfTool } from './infer-tools.ts'
import type { SkillMd } from './skill-md.ts'

/** One line of an inferred request. */
export interface InferredCapability {
  readonly capability: keyof Capabilities
  readonly value: string
  readonly sub?: 'allow' | 'read' | 'write' | 'required' | 'optional'
  /** Where it shows, at most five places. */
  readonly evidence: readonly Evidence[]
}

const MAX_MARKDOWN_FILES = 200
const MAX_MARKDOWN_BYTES = 512 * 1024
const MAX_EVIDENCE = 5
const MAX_LINES = 500

/** Infers from allowed-tools, scripts, fenced code, inline commands and other tools' metadata. Pure, and never throws. */
export function inferCapabilities(files: readonly SkillFile[], skill: SkillMd): InferredCapability[] {
  const scripts = scriptsOf(files)
  const found: Found[] = []
  const contacts = [...scripts.values()].some((script) => NETWORK_CALL.test(script.text))
  const shell = [...scripts.values()].filter((script) => script.interpreter === 'bash')
  const context: SkillContext = {
    scripts,
    contacts,
    functions: new Set(shell.flatMap((script) => [...shellFunctions(script.text)])),
    assigned: new Set(shell.flatMap((script) => [...assignedNames(script.text)])),
  }
  for (const script of scripts.values()) found.push(...inferScript(script, context))
  for (const markdown of markdownsOf(files, skill)) found.push(...inferMarkdown(markdown, context))
  found.push(...runRules(found, scripts), ...metadataNeeds(skill, manifestExcerpt(files)))
  found.push(...opaqueFiles(files, scripts), ...autoloaded(files))
  return shorten([...found, ...allowedTools(found, files, skill)])
}

/** What is known of the whole skill before its parts are read. */
interface SkillContext {
  readonly scripts: ReadonlyMap<string, Script>
  /** True when some script opens a connection. */
  readonly contacts: boolean
  readonly functions: ReadonlySet<string>
  readonly assigned: ReadonlySet<string>
}

function inferScript(script: Script, { scripts, contacts, functions, assigned }: SkillContext): Found[] {
  const excerpt: Excerpt = { file: script.path, text: script.text, line: 1 }
  if (script.interpreter === 'bash') {
    return [
      ...inferCommands(excerpt, { scripts, functions, place: 'script' }),
      ...inferCode(excerpt, { language: 'shell', contacts: false, files: true, assigned }),
    ]
  }
  return [
    ...startedPrograms(excerpt),
    ...inferCode(excerpt, { language: 'other', contacts, files: true, assigned }),
  ]
}

/** Programs that Python or JavaScript source starts by a literal name. */
function startedPrograms(code: Excerpt): Found[] {
  const call =
    /\b(?:subprocess\.\w+|(?:check_)?(?:call|output|run)|Popen|os\.(?:system|popen)|exec(?:Sync|File|FileSync)?|spawn(?:Sync)?|execa|run_command|run_cmd|which|\$)[ \t]{0,4}\(?[ \t]{0,4}\[?[ \t]{0,4}f?(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`\n]{1,300})`)/g
  return code.text.split('\n').flatMap((line, offset) => {
    // Most lines start nothing, and one look tells.
    if (!/subprocess|call|output|run|open|system|exec|spawn|which|\$/.test(line)) return []
    if (line.length > 2000 || /^\s*(?:#|\/\/|\*)/.test(line)) return []
    return Array.from(line.matchAll(call)).flatMap((match) => {
      const text = `${match[1] ?? match[2] ?? match[3] ?? ''} …`
      const commands = inferCommands(
        { ...code, line: code.line + offset, text },
        { scripts: new Map(), functions: new Set(), place: 'source' },
      )
      return commands.map((item) => ({ ...item, evidence: evidence(code, offset, line) }))
    })
  })
}

function markdownsOf(files: readonly SkillFile[], skill: SkillMd): Excerpt[] {
  const decoder = new TextDecoder()
  const others = files.filter(
    (file) =>
      /\.(?:md|mdx)$/i.test(file.path) &&
      !/^skill\.md$/i.test(file.path) &&
      file.bytes.length <= MAX_MARKDOWN_BYTES &&
      // Not instructions to the agent: how the skill came to be, is tested or is installed by hand.
      !/(?:^|\/)(?:README|AGENTS|CLAUDE|CHANGELOG|LICENSE|CONTRIBUTING|SECURITY|CODE_OF_CONDUCT|INSTALL)[^/]*$|(?:^|\/)(?:tests?|evals?|evaluations?|templates?|fixtures?|examples?|samples?|node_modules|assets)\//i.test(
        file.path,
      ),
  )
  const body: Excerpt = { file: 'SKILL.md', text: skill.body, line: skill.bodyLine }
  return [
    body,
    ...others.slice(0, MAX_MARKDOWN_FILES).map((file) => ({
      file: file.path,
      text: decoder.decode(file.bytes).replace(/\r\n?/g, '\n'),
      line: 1,
    })),
  ]
}

function inferMarkdown(markdown: Excerpt, { scripts, functions, assigned }: SkillContext): Found[] {
  const found: Found[] = []
  for (const block of fencedBlocks(markdown)) {
    if (CODE_LANGUAGES.has(block.language)) {
      const contacts = NETWORK_CALL.test(block.text)
      found.push(...inferCode(block, { language: 'other', contacts, files: false, sample: true, assigned }))
    } else if (SHELL_LANGUAGES.has(block.language) || block.language === '') {
      const shell = { ...block, text: typedText(block) }
      const marked = block.language !== ''
      found.push(...inferCommands(shell, { scripts, functions, place: marked ? 'shell block' : 'text' }))
      if (marked)
        found.push(
          ...inferCode(shell, { language: 'shell', contacts: false, files: false, sample: true, assigned }),
        )
    }
  }
  for (const code of inlineCommands(markdown)) {
    const shell = { ...code, text: code.text.replace(/<[^>]*>/g, '…') }
    found.push(...inferCommands(shell, { scripts, functions, place: 'text' }))
  }
  return found
}

/** Rules for the skill's own scripts: those meant to be started, and those that its text starts. */
function runRules(found: readonly Found[], scripts: ReadonlyMap<string, Script>): Found[] {
  const started = new Set(found.filter((item) => item.capability === 'terminal').map((item) => item.value))
  const run = [...scripts.values()].filter((script) => script.entry || started.has(ruleOfScript(script)))
  return [...groupScriptRules(run)].flatMap(([value, group]) =>
    group.slice(0, MAX_EVIDENCE).map((script): Found => {
      const [first = ''] = script.text.split('\n', 1)
      return {
        capability: 'terminal',
        sub: 'allow',
        value,
        evidence: { file: script.path, line: 1, text: first.slice(0, 160) },
      }
    }),
  )
}

function manifestExcerpt(files: readonly SkillFile[]): Excerpt {
  const file = files.find(({ path }) => path === 'SKILL.md') ?? files.find(({ path }) => path === 'skill.md')
  const text = file ? new TextDecoder().decode(file.bytes.subarray(0, 65_536)).replace(/\r\n?/g, '\n') : ''
  return { file: 'SKILL.md', text, line: 1 }
}

/** `Bash` without a pattern says nothing that the commands found do not say better; alone it means any command. */
function allowedTools(found: readonly Found[], files: readonly SkillFile[], skill: SkillMd): Found[] {
  if (skill.allowedTools.length === 0) return []
  const { text, file } = manifestExcerpt(files)
  const lines = text.split('\n')
  const start = Math.max(
    0,
    lines.findIndex((line) => /^["']?allowed-tools["']?\s*:/.test(line)),
  )
  const commands = found.some((item) => item.capability === 'terminal')
  return skill.allowedTools.flatMap((entry): Found[] => {
    const need = needOfTool(entry)
    if (!need || (need.value === '**' && commands)) return []
    const own = lines.findIndex((line, index) => index >= start && index < start + 40 && line.includes(entry))
    const at = own < 0 ? start : own
    return [{ ...need, evidence: { file, line: at + 1, text: (lines[at] ?? '').trim().slice(0, 160) } }]
  })
}

const GRAMMAR_OF: Partial<Record<keyof Capabilities, Grammar>> = {
  terminal: GRAMMAR.command,
  filesystem: GRAMMAR.glob,
  network: GRAMMAR.host,
  env: GRAMMAR.env,
  secrets: GRAMMAR.secret,
  tools: GRAMMAR.tool,
  opaque: GRAMMAR.opaque,
}
const ORDER: readonly (keyof Capabilities)[] = [
  'opaque',
  'terminal',
  'filesystem',
  'network',
  'env',
  'secrets',
  'tools',
  'resources',
]

/** One line a rule, wider rules in place of those they cover, hosts of one owner together. */
function shorten(found: readonly Found[]): InferredCapability[] {
  const lines = new Map<string, { rule: Found; evidence: Evidence[] }>()
  const valid = found.filter((item) => GRAMMAR_OF[item.capability]?.pattern.test(item.value))
  for (const item of groupHosts(valid)) {
    // A variable is one line, whether it is read with a default or without.
    const list = item.capability === 'env' ? '' : (item.sub ?? '')
    const key = `${item.capability} ${list} ${item.value}`
    const line = lines.get(key)
    if (!line) lines.set(key, { rule: item, evidence: [item.evidence] })
    else {
      if (item.sub === 'optional') line.rule = item
      line.evidence.push(item.evidence)
    }
  }
  // A request longer than this is not read by anybody; what is left out is not granted.
  const all = [...lines.values()].slice(0, MAX_LINES)
  const kept = all.filter(
    (line) => !all.some((other) => other !== line && covers(ruleOf(other.rule), ruleOf(line.rule))),
  )
  for (const line of all) {
    if (kept.includes(line)) continue
    kept.find((other) => covers(ruleOf(other.rule), ruleOf(line.rule)))?.evidence.push(...line.evidence)
  }
  return kept
    .map(({ rule, evidence: places }): InferredCapability => ({
      capability: rule.capability,
      value: rule.value,
      ...(rule.sub === undefined ? {} : { sub: rule.sub }),
      evidence: distinct(places).slice(0, MAX_EVIDENCE),
    }))
    .sort((a, b) => ORDER.indexOf(a.capability) - ORDER.indexOf(b.capability) || compare(a, b))
}

function compare(a: InferredCapability, b: InferredCapability): number {
  const [left, right] = [`${a.sub ?? ''} ${a.value}`, `${b.sub ?? ''} ${b.value}`]
  return left < right ? -1 : left > right ? 1 : 0
}

function ruleOf({ capability, sub, value }: Found): Rule {
  const list = capability === 'network' ? 'hosts' : sub
  return list === undefined ? { capability, value } : { capability, list, value }
}

function distinct(places: readonly Evidence[]): Evidence[] {
  return [...new Map(places.map((place) => [`${place.file}:${place.line}`, place])).values()]
}

/** From three names on, `*.suffix` stands for the names below one registered name. */
function groupHosts(found: readonly Found[]): Found[] {
  const names = new Map<string, Set<string>>()
  for (const { capability, value } of found) {
    const suffix = capability === 'network' ? suffixOf(value) : undefined
    if (suffix !== undefined) names.set(suffix, (names.get(suffix) ?? new Set()).add(value))
  }
  return found.map((item) => {
    const suffix = item.capability === 'network' ? suffixOf(item.value) : undefined
    return suffix !== undefined && (names.get(suffix)?.size ?? 0) > 2
      ? { ...item, value: `*.${suffix}` }
      : item
  })
}

/** `googleapis.com` for `gmail.googleapis.com`; undefined for a registered name itself, an address or a shared platform. */
function suffixOf(host: string): string | undefined {
  const labels = host.split('.')
  const suffix = labels.slice(-2).join('.')
  const shared =
    /^(?:github\.io|vercel\.app|netlify\.app|herokuapp\.com|amazonaws\.com|azurewebsites\.net|pages\.dev|workers\.dev|co\.\w+|com\.\w+|or\.\w+|ne\.\w+)$/
  if (
    labels.length < 3 ||
    /^[\d.]+$/.test(host) ||
    host.startsWith('[') ||
    host.startsWith('*') ||
    shared.test(suffix)
  )
    return undefined
  return suffix
}
