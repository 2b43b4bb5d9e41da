// The agents this program knows: where each looks for skills, and what shows that it is in use.
// A table and lookups; detection only asks whether folders exist.
import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { closest } from '../platform/closest.ts'
import type { Settings } from '../platform/env.ts'
import { displayShort } from '../platform/text.ts'

export type ScopeKind = 'project' | 'global'

/** One agent. Global places begin with `~/` (home), `config/` (XDG_CONFIG_HOME) or a variable of `MOVED`. */
export interface Agent {
  readonly id: string
  readonly label: string
  /** Relative to the project's root, with `/`. */
  readonly project: string
  /** Absent when the agent reads no folder of the user. */
  readonly global: string | undefined
  /** Places whose existence shows that the user has this agent. */
  readonly home: readonly string[]
  /** Relative paths whose existence shows that the project uses this agent. */
  readonly inProject: readonly string[]
}

/** Where the one copy of every skill is, relative to the project's root or the home directory. */
export const SHARED_DIR = '.agents/skills'

/**
 * Agents that read `.agents/skills` of a project; where they read `~/.agents/skills` too, a link in a folder of their own
 * would show them each skill twice: `[id, label, global, home, inProject]`.
 */
const SHARED: readonly (readonly [
  string,
  string,
  string | undefined,
  readonly string[],
  readonly string[],
])[] = [
  ['universal', 'Universal (.agents)', 'config/agents/skills', [], []],
  ['amp', 'Amp', 'config/agents/skills', ['config/amp'], ['.amp']],
  ['replit', 'Replit', 'config/agents/skills', ['~/.replit'], ['.replit']],
  ['cline', 'Cline', '~/.agents/skills', ['~/.cline'], ['.cline', '.clinerules']],
  ['codex', 'Codex', '~/.agents/skills', ['$CODEX_HOME', '/etc/codex'], ['.codex']],
  ['dexto', 'Dexto', '~/.agents/skills', ['~/.dexto'], ['.dexto']],
  ['kimi-code-cli', 'Kimi Code CLI', '~/.agents/skills', ['~/.kimi', '~/.kimi-code'], ['.kimi']],
  ['pi', 'Pi', '~/.agents/skills', ['~/.pi'], ['.pi']],
  ['warp', 'Warp', '~/.agents/skills', ['~/.warp'], ['.warp']],
  ['zed', 'Zed', '~/.agents/skills', ['config/zed'], ['.zed']],
  ['fx', 'Fx', '~/.agents/skills', ['~/.fx'], ['.fx']],
  ['loaf', 'Loaf', '~/.agents/skills', ['~/.loaf'], ['.loaf']],
  ['sarvam-code', 'Sarvam Code', '~/.agents/skills', ['~/.sarvam-code', '~/.sarvam'], ['.sarvam']],
  ['goose', 'Goose', '~/.agents/skills', ['config/goose'], ['.goose']],
  ['mistral-vibe', 'Mistral Vibe', '~/.agents/skills', ['$VIBE_HOME'], ['.vibe']],
  ['cursor', 'Cursor', '~/.cursor/skills', ['~/.cursor'], ['.cursor']],
  [
    'github-copilot',
    'GitHub Copilot',
    '~/.agents/skills',
    ['~/.copilot'],
    ['.github/copilot-instructions.md'],
  ],
  ['gemini-cli', 'Gemini CLI', '~/.agents/skills', ['~/.gemini'], ['.gemini', 'GEMINI.md']],
  ['opencode', 'OpenCode', '~/.agents/skills', ['config/opencode'], ['.opencode', 'opencode.json']],
  ['antigravity', 'Antigravity', '~/.gemini/antigravity/skills', ['~/.gemini/antigravity'], []],
  [
    'antigravity-cli',
    'Antigravity CLI',
    '~/.gemini/antigravity-cli/skills',
    ['~/.gemini/antigravity-cli'],
    [],
  ],
  ['deepagents', 'Deep Agents', '~/.deepagents/agent/skills', ['~/.deepagents'], ['.deepagents']],
  ['droid', 'Droid (Factory)', '~/.factory/skills', ['~/.factory'], ['.factory']],
  ['firebender', 'Firebender', '~/.firebender/skills', ['~/.firebender'], ['.firebender']],
  ['kilo', 'Kilo Code', '~/.kilo/skills', ['~/.kilo'], ['.kilo', '.kilocode']],
  ['promptscript', 'PromptScript', undefined, [], ['.promptscript', 'promptscript.yaml']],
]

/** Agents with a folder of their own: `[id, label, project, global, home?]`. */
const OWN: readonly (readonly [string, string, string, string | undefined, string?])[] = [
  ['claude-code', 'Claude Code', '.claude/skills', '$CLAUDE_CONFIG_DIR/skills'],
  ['openclaw', 'OpenClaw', 'skills', '~/.openclaw/skills'],
  ['crush', 'Crush', '.crush/skills', 'config/crush/skills'],
  ['devin', 'Devin', '.devin/skills', 'config/devin/skills'],
  ['windsurf', 'Windsurf', '.windsurf/skills', '~/.codeium/windsurf/skills'],
  ['cortex', 'Cortex Code (Snowflake)', '.cortex/skills', '~/.snowflake/cortex/skills'],
  ['kimchi', 'Kimchi', '.kimchi/skills', 'config/kimchi/harness/skills', 'config/kimchi'],
  ['astrbot', 'AstrBot', 'data/skills', '~/.astrbot/data/skills', '~/.astrbot'],
  ['eve', 'Eve', 'agent/skills', undefined, '~/.eve'],
  ['tabnine-cli', 'Tabnine CLI', '.tabnine/agent/skills', '~/.tabnine/agent/skills', '~/.tabnine'],
  ['posit-assistant', 'Posit Assistant', '.posit/assistant/skills', '~/.posit/assistant/skills'],
  ['iflow-cli', 'iFlow CLI', '.iflow/skills', '~/.iflow/skills'],
  ['forgecode', 'ForgeCode', '.forge/skills', '~/.forge/skills'],
  ['command-code', 'Command Code', '.commandcode/skills', '~/.commandcode/skills'],
  ['autohand-code', 'Autohand Code', '.autohand/skills', '$AUTOHAND_HOME/skills'],
  ['codearts-agent', 'CodeArts Agent', '.codeartsdoer/skills', '~/.codeartsdoer/skills'],
  ['inference-sh', 'inference.sh', '.inferencesh/skills', '~/.inferencesh/skills'],
  ['minimax-code', 'MiniMax Code', '.minimax/skills', '~/.minimax/skills'],
  ['qoder', 'Qoder', '.qoder/skills', '~/.qoder/skills'],
  ['qoder-cn', 'Qoder CN', '.qoder/skills', '~/.qoder-cn/skills'],
  ['trae', 'Trae', '.trae/skills', '~/.trae/skills'],
  ['trae-cn', 'Trae CN', '.trae/skills', '~/.trae-cn/skills'],
  ['qwen-code', 'Qwen Code', '.qwen/skills', '~/.qwen/skills'],
  ['zencoder', 'Zencoder', '.zencoder/skills', '~/.zencoder/skills'],
  ['zenflow', 'Zenflow', '.zencoder/skills', '~/.zencoder/skills'],
  ['kiro-cli', 'Kiro CLI', '.kiro/skills', '~/.kiro/skills'],
  ['grok', 'Grok', '.grok/skills', '$GROK_HOME/skills'],
  ['hermes-agent', 'Hermes Agent', '.hermes/skills', '$HERMES_HOME/skills'],
]

/** Agents whose folders are `.<id>/skills` in a project and in the home directory. */
const SAME: readonly (readonly [string, string])[] = [
  ['aider-desk', 'AiderDesk'],
  ['augment', 'Augment'],
  ['bob', 'IBM Bob'],
  ['codebuddy', 'CodeBuddy'],
  ['codemaker', 'CodeMaker'],
  ['codestudio', 'Code Studio'],
  ['continue', 'Continue'],
  ['junie', 'Junie'],
  ['kode', 'Kode'],
  ['lingma', 'Lingma'],
  ['mcpjam', 'MCPJam'],
  ['moxby', 'Moxby'],
  ['mux', 'Mux'],
  ['neovate', 'Neovate'],
  ['openhands', 'OpenHands'],
  ['ona', 'Ona'],
  ['pochi', 'Pochi'],
  ['adal', 'AdaL'],
  ['reasonix', 'Reasonix'],
  ['roo', 'Roo Code'],
  ['rovodev', 'Rovo Dev'],
  ['terramind', 'Terramind'],
  ['tinycloud', 'TinyCloud'],
  ['zcode', 'ZCode'],
  ['jazz', 'Jazz'],
]

/** Every agent, by id. */
export const AGENTS: ReadonlyMap<string, Agent> = new Map(
  [
    ...SHARED.map(([id, label, global, home, inProject]) => {
      return { id, label, project: SHARED_DIR, global, home, inProject }
    }),
    ...OWN.map(([id, label, project, global, home]) => ownAgent({ id, label, project, global }, home)),
    ...SAME.map(([id, label]) =>
      ownAgent({ id, label, project: `.${id}/skills`, global: `~/.${id}/skills` }, undefined),
    ),
  ]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map((agent) => [agent.id, agent]),
)

function ownAgent(
  agent: Pick<Agent, 'id' | 'label' | 'project' | 'global'>,
  home: string | undefined,
): Agent {
  const place = home ?? agent.global?.replace(/\/skills$/, '')
  const folder = agent.project.split('/')[0] ?? ''
  // A folder such as `skills` or `data` says nothing about an agent.
  return { ...agent, home: place ? [place] : [], inProject: folder.startsWith('.') ? [folder] : [] }
}

/** @throws agent_unknown with the nearest id as a hint */
export function agentById(id: string): Agent {
  const agent = AGENTS.get(id)
  if (agent) return agent
  const near = closest(id, AGENTS.keys())
  throw new SkillsError('agent_unknown', `There is no agent ${displayShort(id, 80)}`, {
    hint: near ? `did you mean ${near}? \`skills agents\` lists them all` : '`skills agents` lists them all',
  })
}

/**
 * The agents named, each once, in the order given; `*` is all of them.
 * @throws agent_unknown
 */
export function expandAgents(ids: readonly string[]): Agent[] {
  return [...new Set(ids.flatMap((id) => (id === '*' ? [...AGENTS.values()] : [agentById(id)])))]
}

/** The agent's folder for skills: relative to the root for a project, else absolute; undefined when it has none. */
export function agentDir(agent: Agent, scope: ScopeKind, settings: Settings): string | undefined {
  if (scope === 'project') return agent.project
  return agent.global && homePlace(agent.global, settings)
}

/** Ids of the agents that the user has (global), or that the user has or the project uses (project). */
export function detectAgents(settings: Settings, root: string, scope: ScopeKind): string[] {
  const seen = new Map<string, boolean>()
  const exists = (path: string | undefined): boolean => {
    if (!path) return false
    const known = seen.get(path)
    if (known !== undefined) return known
    const found = existsSync(path)
    seen.set(path, found)
    return found
  }
  const detected = (agent: Agent): boolean =>
    agent.home.some((place) => exists(homePlace(place, settings))) ||
    (scope === 'project' && agent.inProject.some((path) => exists(join(root, path))))
  return [...AGENTS.values()].filter(detected).map((agent) => agent.id)
}

/** Variables that move an agent's own folder, and where it is without them, below the home directory. */
const MOVED: Readonly<Record<string, string>> = {
  $CLAUDE_CONFIG_DIR: '.claude',
  $CODEX_HOME: '.codex',
  $AUTOHAND_HOME: '.autohand',
  $GROK_HOME: '.grok',
  $HERMES_HOME: '.hermes',
  $VIBE_HOME: '.vibe',
}

function homePlace(place: string, { home, env }: Settings): string | undefined {
  const absolute = (value: string | undefined): string | undefined =>
    value && isAbsolute(value) ? value : undefined
  const below = (base: string | undefined, rest: string): string | undefined => base && join(base, rest)
  const split = place.indexOf('/')
  const [first, rest] = split < 0 ? [place, ''] : [place.slice(0, split), place.slice(split + 1)]
  switch (first) {
    case '~':
      return below(home, rest)
    case 'config':
      return below(absolute(env.XDG_CONFIG_HOME) ?? below(home, '.config'), rest)
    default: {
      const moved = MOVED[first]
      return moved === undefined ? place : below(absolute(env[first.slice(1)]) ?? below(home, moved), rest)
    }
  }
}
