// What a skill shows that it does: an inferred request with evidence, short enough to be read. Reads text, runs nothing.
import type { SkillFile } from '../integrity/tree.ts'
import { autoloaded } from './infer-autoload.ts'
import { assignedNames, inferCode, NETWORK_CALL } from './infer-code.ts'
import { inferCommands } from './infer-commands.ts'
import { inferComputed, runsDecoded } from './infer-computed.ts'
import { isRead, opaqueFiles } from './infer-files.ts'
import { evidence, opaqueFound, type Excerpt, type Found } from './infer-found.ts'
import { handedDocuments } from './infer-handed.ts'
import { handedLines, hiddenLines, hiddenOrders, proseCommands } from './infer-lines.ts'
import { CODE_LANGUAGES, fencedBlocks, inlineCommands, SHELL_LANGUAGES, typedText } from './infer-markdown.ts'
import { metadataNeeds } from './infer-metadata.ts'
import { groupScriptRules, isTest, ruleOfScript, scriptsOf, type Script } from './infer-scripts.ts'
import { shellCommands, shellFunctions } from './infer-shell.ts'
import { type InferredCapability, shorten } from './infer-shorten.ts'
import { startedByName, startedPrograms } from './infer-started.ts'
import { textsOf, unreadScripts } from './infer-texts.ts'
import { needOfTool } from './infer-tools.ts'
import type { SkillMd } from './skill-md.ts'

const MAX_EVIDENCE = 5
/** Here-documents within here-documents; nobody writes more, and each is read again. */
const MAX_DEPTH = 2

/** Infers from allowed-tools, scripts, fenced code, inline commands and other tools' metadata. Pure, and never throws. */
export function inferCapabilities(files: readonly SkillFile[], skill: SkillMd): InferredCapability[] {
  const scripts = scriptsOf(files)
  const found: Found[] = []
  const contacts = [...scripts.values()].some((script) => NETWORK_CALL.test(script.text))
  const shell = [...scripts.values()].filter((script) => script.interpreter === 'bash')
  const context: SkillContext = {
    scripts,
    contacts,
    files: files.map(({ path }) => path).filter((path) => !scripts.has(path)),
    functions: new Set(shell.flatMap((script) => [...shellFunctions(script.text)])),
    assigned: new Set(shell.flatMap((script) => [...assignedNames(script.text)])),
  }
  for (const script of scripts.values()) found.push(...inferScript(script, context))
  found.push(...computedAddress(found, scripts))
  const texts = textsOf(files, skill)
  for (const text of texts.instructions) found.push(...inferMarkdown(text, context), ...hiddenIn(text))
  for (const text of texts.aside) {
    found.push(...inferMarkdown(text, context).filter(({ capability }) => capability === 'opaque'))
    found.push(...hiddenIn(text))
  }
  found.push(...texts.unread, ...unreadScripts(files, scripts), ...frontmatterHooks(manifestExcerpt(files)))
  found.push(...runRules(found, scripts), ...metadataNeeds(skill, manifestExcerpt(files)))
  found.push(...opaqueFiles(files, scripts), ...autoloaded(files))
  return shorten([...found, ...allowedTools(found, files, skill)])
}

/** What is known of the whole skill before its parts are read. */
interface SkillContext {
  readonly scripts: ReadonlyMap<string, Script>
  /** True when some script opens a connection. */
  readonly contacts: boolean
  readonly files: readonly string[]
  readonly functions: ReadonlySet<string>
  readonly assigned: ReadonlySet<string>
}

function inferScript(script: Script, context: SkillContext): Found[] {
  const excerpt: Excerpt = { file: script.path, text: script.text, line: 1 }
  if (script.interpreter === 'bash') return inferShell(excerpt, context)
  return inferSource(excerpt, context, {
    contacts: context.contacts,
    language: !isRead(script)
      ? undefined
      : /python|uv run/.test(script.interpreter)
        ? 'python'
        : 'javascript',
  })
}

/** A shell script, with the texts that it hands to interpreters. */
function inferShell(shell: Excerpt, context: SkillContext, depth = 0): Found[] {
  const { assigned } = context
  return [
    ...inferCommands(shell, { ...context, place: 'script' }),
    ...inferCode(shell, { language: 'shell', contacts: false, files: true, assigned }),
    ...handedLines(shell, true),
    ...inferDocuments(shell, context, depth),
  ]
}

function inferSource(
  code: Excerpt,
  { assigned }: SkillContext,
  { contacts, language }: { contacts: boolean; language: 'python' | 'javascript' | undefined },
): Found[] {
  return [
    ...(language ? inferComputed(code, language) : []),
    ...(language ? startedByName(code, language === 'python') : []),
    ...startedPrograms(code),
    ...inferCode(code, { language: 'other', contacts, files: true, assigned }),
  ]
}

/** What stands in a here-document for an interpreter is a script of its own. */
function inferDocuments(shell: Excerpt, context: SkillContext, depth = 0): Found[] {
  return handedDocuments(shellCommands(shell.text)).flatMap(({ language, text, line }): Found[] => {
    const inner: Excerpt = { file: shell.file, text, line: shell.line + line }
    if (language === 'shell' && depth < MAX_DEPTH) return inferShell(inner, context, depth + 1)
    if (language === 'unknown' || language === 'shell')
      return [opaqueFound('computed', evidence(inner, 0, text.split('\n', 1)[0] ?? ''))]
    return inferSource(inner, context, { contacts: NETWORK_CALL.test(text), language })
  })
}

function inferMarkdown(markdown: Excerpt, context: SkillContext): Found[] {
  const { assigned } = context
  const found: Found[] = []
  for (const block of fencedBlocks(markdown)) {
    const source = CODE_LANGUAGES.has(block.language) || block.language === ''
    if (source || SHELL_LANGUAGES.has(block.language)) found.push(...decodedLines(block))
    if (/^(?:powershell|pwsh|ps1?|cmd|bat|batch|dos|)$/.test(block.language))
      found.push(...handedLines(block, false))
    if (CODE_LANGUAGES.has(block.language)) {
      const contacts = NETWORK_CALL.test(block.text)
      found.push(...inferCode(block, { language: 'other', contacts, files: false, sample: true, assigned }))
    } else if (SHELL_LANGUAGES.has(block.language) || block.language === '') {
      const shell = { ...block, text: typedText(block) }
      const marked = block.language !== ''
      found.push(...inferCommands(shell, { ...context, place: marked ? 'shell block' : 'text' }))
      if (marked) {
        found.push(
          ...inferCode(shell, { language: 'shell', contacts: false, files: false, sample: true, assigned }),
          ...handedLines(shell, true),
          ...inferDocuments(shell, context).filter(({ capability }) => capability === 'opaque'),
        )
      }
    }
  }
  for (const code of [...inlineCommands(markdown), ...proseCommands(markdown)]) {
    const shell = { ...code, text: code.text.replace(/<[^<>]*>/g, '‹') }
    found.push(...inferCommands(shell, { ...context, place: 'text' }), ...handedLines(code, false))
  }
  return found
}

function decodedLines(block: Excerpt): Found[] {
  return block.text
    .split('\n')
    .flatMap((line, offset) =>
      runsDecoded(line) ? [opaqueFound('computed', evidence(block, offset, line))] : [],
    )
}

/** Where scripts open connections and name no host, any host may be meant. */
function computedAddress(found: readonly Found[], scripts: ReadonlyMap<string, Script>): Found[] {
  if (found.some(({ capability }) => capability === 'network')) return []
  const script = [...scripts.values()].find(
    (one) => isRead(one) && one.interpreter !== 'bash' && !isTest(one.path) && NETWORK_CALL.test(one.text),
  )
  if (!script) return []
  const lines = script.text.split('\n')
  const offset = lines.findIndex((line) => NETWORK_CALL.test(line))
  const at = evidence({ file: script.path, line: 1, text: '' }, offset, lines[offset] ?? '')
  return offset < 0 ? [] : [{ capability: 'network', value: '*', evidence: at }]
}

function hiddenIn(text: Excerpt): Found[] {
  return [...hiddenLines(text), ...hiddenOrders(text)]
}

/** Hooks and servers of tools that the frontmatter sets up. */
function frontmatterHooks(manifest: Excerpt): Found[] {
  const lines = manifest.text.split('\n')
  const end = lines.findIndex((line, index) => index > 0 && /^(?:---|\.\.\.)\s*$/.test(line))
  const at = lines
    .slice(0, end < 0 ? lines.length : end)
    .findIndex((line) =>
      /^\s{0,8}["']?(?:hooks|mcp[-_]?[sS]ervers)["']?\s{0,8}:|^\s{0,8}\{.{0,500}\bhooks\b/.test(line),
    )
  return at < 0 ? [] : [opaqueFound('autoload', evidence(manifest, at, lines[at] ?? ''))]
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
