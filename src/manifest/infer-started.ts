// Programs that Python and JavaScript source starts: those it names, and where it names none, that nobody can tell.
import { inferCommands } from './infer-commands.ts'
import { evidence, opaqueFound, type Excerpt, type Found } from './infer-found.ts'

/** Programs that Python or JavaScript source starts by a literal name. */
export function startedPrograms(code: Excerpt): Found[] {
  const call =
    /\b(?:subprocess\.\w+|(?:check_)?(?:call|output|run)|Popen|os\.(?:system|popen)|exec(?:Sync|File|FileSync)?|spawn(?:Sync)?|execa|run_command|run_cmd|which|\$)[ \t]{0,4}\(?[ \t]{0,4}\[?[ \t]{0,4}f?(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`\n]{1,300})`)/g
  return code.text.split('\n').flatMap((line, offset) => {
    // Most lines start nothing, and one look tells.
    if (!/subprocess|call|output|run|open|system|exec|spawn|which|\$/.test(line)) return []
    if (/^\s*(?:#|\/\/)/.test(line)) return []
    return Array.from(line.matchAll(call)).flatMap((match) => {
      const first = match[1] ?? match[2] ?? match[3] ?? ''
      const text = `${first}${writtenArguments(line, match.index + match[0].length)}`
      const commands = inferCommands(
        { ...code, line: code.line + offset, text },
        { scripts: new Map(), functions: new Set(), files: [], place: 'source' },
      )
      return commands.map((item) => ({ ...item, evidence: evidence(code, offset, line) }))
    })
  })
}

/** The texts that follow in the same list, as far as they are written out; `…` for what is not. */
function writtenArguments(code: string, from: number): string {
  const next = /\s{0,200},\s{0,200}(?:\[\s{0,200})?(?:"([^"\n{$]{1,200})"|'([^'\n{$]{1,200})')/y
  const words: string[] = []
  let at = from
  for (; words.length < 16; at = next.lastIndex) {
    next.lastIndex = at
    const [, double, single] = next.exec(code) ?? []
    const word = double ?? single
    if (word === undefined) break
    words.push(/^[\w@%+=:,./~^-]+$/.test(word) ? word : '…')
  }
  const closed = /^\s{0,200},?\s{0,200}\]/.test(code.slice(at, at + 500))
  return [...words.map((word) => ` ${word}`), closed ? '' : ' …'].join('')
}

/** A call that starts a program by what stands in its first argument. */
const CALLS: readonly RegExp[] = [
  /\b(?:subprocess\.(?:run|call|check_call|check_output|Popen|getoutput|getstatusoutput)|Popen|os\.(?:system|popen))[ \t]{0,8}\([ \t]{0,8}([^\n]{0,300})/g,
  /(?<![\w.$])(?:(?:child_process|cp|childProcess)\.)?(?:exec|execSync|execFile|execFileSync|spawn|spawnSync|fork|execa)[ \t]{0,8}\([ \t]{0,8}([^\n]{0,300})/g,
]
/** A name that is given a command by its first word. */
const NAMED =
  /\b([A-Za-z_]\w{0,60})[ \t]{0,8}(?::[^=\n]{0,80})?=[ \t]{0,8}(?:[[(]\s{0,80})?[frFR]{0,2}(?:"([^"\n]{1,300})"|'([^'\n]{1,300})'|`([^`\n]{1,300})`)/g

/** Calls whose first argument is a name: the programs that the name is given, or that nobody can tell. */
export function startedByName(code: Excerpt, python: boolean): Found[] {
  if (!python && !/child_process|execa/.test(code.text)) return []
  if (python && !/\bsubprocess\b|\bos\b/.test(code.text)) return []
  const named = new Map<string, string[]>()
  for (const match of code.text.matchAll(NAMED)) {
    const [, name = ''] = match
    const known = named.get(name) ?? []
    const first = match[2] ?? match[3] ?? match[4] ?? ''
    const rest = writtenArguments(code.text, match.index + match[0].length)
    if (known.length < 20) named.set(name, [...known, `${first}${rest}`])
  }
  const pattern = CALLS[python ? 0 : 1]
  return code.text.split('\n').flatMap((line, offset): Found[] => {
    if (!pattern || !/subprocess|Popen|os|exec|spawn|fork/.test(line) || /^\s*(?:#|\/\/)/.test(line))
      return []
    return Array.from(line.matchAll(pattern)).flatMap(([, argument = '']): Found[] => {
      const name = /^[A-Za-z_]\w*/.exec(argument)?.[0]
      if (name === undefined || /^[frFR]{1,2}["']|^(?:async|function)\b|^\w+[ \t]*:/.test(argument)) return []
      const programs = named.get(name) ?? []
      const at = evidence(code, offset, line)
      if (programs.length === 0) return certainlyComputed(argument) ? [opaqueFound('computed', at)] : []
      return programs.flatMap((text) =>
        inferCommands(
          { ...code, line: code.line + offset, text },
          { scripts: new Map(), functions: new Set(), files: [], place: 'source' },
        ).map((item) => ({ ...item, evidence: at })),
      )
    })
  })
}

/** Not a name that some caller gives a list: what was typed, read, decoded, or goes through a shell. */
function certainlyComputed(argument: string): boolean {
  return /\bshell\s{0,8}=\s{0,8}True|\bshell\s{0,8}:\s{0,8}true|^(?:sys\.(?:argv|stdin)|input\(|process\.(?:argv|env)|os\.environ|base64|codecs|bytes|open\(|atob|Buffer|requests|urllib|fetch|await)/.test(
    argument,
  )
}
