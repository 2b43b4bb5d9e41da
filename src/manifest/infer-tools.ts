// What `allowed-tools` says that a skill uses, in the vocabulary of capabilities.
import { INTERPRETERS } from './infer-words.ts'

export interface ToolNeed {
  readonly capability: 'terminal' | 'filesystem' | 'network' | 'tools'
  readonly sub?: 'allow' | 'read' | 'write'
  readonly value: string
}

/** Tools of agents that ask, plan or delegate: they reach nothing by themselves. */
const INNER =
  /^(?:Task|Agent|Workflow|Skill|LSP|Todo\w*|Task[A-Z]\w*|AskUserQuestion|SendMessage|ExitPlanMode|EnterPlanMode|BashOutput|KillBash|KillShell|List|LS|ToolSearch|Monitor)$/
const READERS = /^(?:Read|Grep|Glob|NotebookRead|View)$/
const WRITERS = /^(?:Write|Edit|MultiEdit|NotebookEdit|Create|ApplyPatch)$/
const SHELLS = /^(?:Bash|Shell|PowerShell|Terminal|bash|shell|exec|terminal|run_command|execute)$/

/** The need behind one entry such as `Bash(git:*)`, `Read`, `WebFetch(domain:h)`, `mcp__server__tool`; or none. */
export function needOfTool(entry: string): ToolNeed | undefined {
  const [, name = '', pattern] = /^([^(]+)(?:\((.*)\))?$/.exec(entry) ?? []
  if (SHELLS.test(name)) return { capability: 'terminal', sub: 'allow', value: commandOf(pattern) }
  if (READERS.test(name)) return { capability: 'filesystem', sub: 'read', value: pathOf(pattern) }
  if (WRITERS.test(name))
    return { capability: 'filesystem', sub: 'write', value: pathOf(pattern, '${work}/**') }
  if (/^Web_?Fetch$/i.test(name)) {
    const host = /^domain:([a-z0-9.*-]+)$/i.exec(pattern ?? '')?.[1]?.toLowerCase()
    return { capability: 'network', value: host ?? '*' }
  }
  if (/^mcp__[\w-]+\*?$/.test(name)) {
    const at = name.indexOf('__', 6)
    const [server, tool] = at < 0 ? [name.slice(5), '*'] : [name.slice(5, at), name.slice(at + 2)]
    return { capability: 'tools', value: `mcp:${server}/${tool === '' ? '*' : tool}` }
  }
  if (INNER.test(name)) return undefined
  // A lower-case word is a command that the author took for a tool.
  if (/^[a-z][a-z0-9._-]*$/.test(name))
    return { capability: 'terminal', sub: 'allow', value: `${INTERPRETERS[name] ?? name} **` }
  return /^[\w.-]+$/.test(name) ? { capability: 'tools', value: `agent:${name}` } : undefined
}

/** `git:*`, `git *` and `git` to an argv rule; a path through a variable is taken from the skill's root. */
function commandOf(pattern: string | undefined): string {
  const text = (pattern ?? '').trim().replace(/(?:\{\w+\}|\$\{?\w+\}?)\//g, '')
  if (text === '' || text === '*' || text === ':*') return '**'
  const open = text.endsWith('*')
  const fixed = text
    .replace(/:\*$|(?<!\*)\*+$/, '')
    .trimEnd()
    .split(/\s+/)
    .filter((token) => token !== '**' && !/[;|&<>`"'\\$()]/.test(token))
    .join(' ')
  if (fixed === '' || fixed.startsWith('*')) return '**'
  return open ? `${fixed} **` : fixed
}

function pathOf(pattern: string | undefined, any = '${project}/**'): string {
  if (pattern === undefined || pattern === '' || pattern === '*') return any
  const path = pattern.replace(/^\/\//, '/').replace(/^\.\//, '')
  if (/[\\?[\]{}!]|(?:^|\/)\.\.?(?:\/|$)/.test(path.replace(/^\$\{\w+\}/, ''))) return any
  if (pattern.startsWith('//') || path.startsWith('~/')) return path
  return `\${project}/${path.replace(/^\//, '')}`
}
