// Files that an agent, an editor or a package manager acts on by itself once they lie in its way: hooks, servers of tools,
// settings, install scripts. Nobody has to mention them for them to work.
import type { SkillFile } from '../integrity/tree.ts'
import { evidence, opaqueFound, type Found } from './infer-found.ts'

const SETUP: readonly RegExp[] = [
  /(?:^|\/)\.?mcp(?:[-_.]servers?)?\.json$/i,
  /(?:^|\/)\.(?:claude|cursor|codex|gemini|windsurf|kiro|roo|continue|opencode|amp|factory|qwen|copilot)\/(?!skills\/)(?:[^/]+\/){0,8}[^/]{1,255}(?<!\.(?:md|mdc|txt))$/i,
  /(?:^|\/)\.(?:claude|cursor|codex|gemini|windsurf|kiro|opencode)\/(?:commands|agents|hooks|prompts|plugins?)\//i,
  /(?:^|\/)hooks(?:\/hooks)?\.(?:json|ya?ml|toml)$/i,
  /(?:^|\/)(?:\.claude-plugin|\.codex-plugin|\.cursor-plugin)\/|(?:^|\/)(?:gemini-extension|opencode|crush)\.jsonc?$/i,
  /(?:^|\/)\.(?:vscode|zed|fleet)\/(?:tasks|settings|launch|mcp|extensions)\.json$|\.code-workspace$/i,
  /(?:^|\/)\.(?:idea|run)\/|(?:^|\/)\.devcontainer\/(?:[^/]+\/)?devcontainer\.json$|(?:^|\/)\.devcontainer\.json$/i,
  /(?:^|\/)(?:\.githooks|\.husky|\.git|git-hooks)\/|(?:^|\/)(?:lefthook|\.lefthook|\.pre-commit-config|\.overcommit)\.ya?ml$/,
  /(?:^|\/)\.(?:git(?:config|modules)|envrc|tool-versions|mise\.toml|npmrc|yarnrc(?:\.yml)?|pnpmfile\.cjs|pypirc|netrc|inputrc|vimrc|exrc|nvimrc|screenrc|gdbinit|lldbinit)$/,
  /(?:^|\/)\.?mise\.toml$|(?:^|\/)\.(?:bash(?:rc|_profile|_login|_logout|_aliases)|zsh(?:rc|env)|zprofile|zlogin|profile|login|cshrc|kshrc)$/,
  /(?:^|\/)CLAUDE(?:\.local)?\.md$/i,
  /(?:^|\/)\.(?:github|gitea|forgejo)\/workflows\/[^/]+\.ya?ml$|(?:^|\/)\.gitattributes$/,
  /(?:^|\/)(?:sitecustomize|usercustomize)\.py$|\.pth$|(?:^|\/)(?:\.pdbrc|\.pythonrc(?:\.py)?)$/,
]
/** Set up for an agent only where they name a command or a server. */
const PLUGIN = /(?:^|\/)plugin\.json$/i
const PLUGIN_PARTS = /"(?:hooks|mcpServers|lspServers|commands|agents|command)"\s*:/

const decoder = new TextDecoder()

/** A line for each such file. */
export function autoloaded(files: readonly SkillFile[]): Found[] {
  return files.flatMap((file): Found[] => {
    const { path } = file
    const line = SETUP.some((pattern) => pattern.test(path)) ? 0 : lineOfSetup(file)
    if (line === undefined) return []
    return [opaqueFound('autoload', evidence({ file: path, line: 1, text: '' }, line, ''))]
  })
}

/** The line, from 0, that makes a file act by itself which else would not. */
function lineOfSetup({ path, bytes }: SkillFile): number | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const pattern =
    name === 'package.json'
      ? /"(?:pre|post)?(?:install|prepare|prepublish|pack|uninstall|dependencies)"\s*:\s*"/
      : name === 'pyproject.toml'
        ? /^\s*backend-path\s*=/
        : PLUGIN.test(path)
          ? PLUGIN_PARTS
          : undefined
  if (!pattern) return undefined
  const lines = decoder.decode(bytes.subarray(0, 512 * 1024)).split('\n')
  const at = lines.findIndex((line) => pattern.test(line.slice(0, 2000)))
  return at < 0 ? undefined : at
}
