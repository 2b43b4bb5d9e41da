// Which files of the project that steer tools and agents a line of a script names, so that writing them is asked for.
import { meetsSteering } from '../capabilities/steering.ts'

/** Wherever a script that writes names one of these, it is taken to write it: what stands there is run or obeyed. */
const GRAVE =
  /^(?:\.git\/hooks|\.githooks|\.github\/workflows|\.husky|\.vscode\/tasks\.json|\.(?:claude|cursor|codex|gemini|agents|windsurf|roo|continue|kiro|opencode)\/|\.mcp\.json|\.cursorrules|\.envrc|\.gitlab-ci\.yml|\.pre-commit-config\.yaml|skills\.lock)/
/** Endings and the like, as in `.with_suffix(".json")`. */
const ENDING = /^\.(?!git$|env$|envrc$|husky$|npmrc$|yarnrc$)\w{1,6}$/

/** Globs below `${project}`; on a line that writes every such file counts, elsewhere those that run or instruct. */
export function steeringPlaces(line: string, writes: boolean): string[] {
  if (!/[."'`>]/.test(line) || /\btmp_?(?:path|dir)\b|\bjq\b/i.test(line)) return []
  // Folders that are joined: `root / ".git" / "hooks"`, `path.join(root, '.git', 'hooks')`.
  const between = /\b(?:join|Path|resolve)\s?\(/.test(line)
    ? /["'`]\s{0,8}[,/]\s{0,8}["'`]/g
    : /["'`]\s{0,8}\/\s{0,8}["'`]/g
  const joined = line.replace(between, '/')
  const texts = joined.match(/[\w.@~${}*-]{1,100}(?:\/[\w.@${}*-]{1,100}){0,12}/g) ?? []
  return texts.flatMap((text) => {
    if (/HOME\}?\//.test(text)) return []
    const path = text.replace(/^(?:\.\/|\$?\{?\w+\}?\/(?=\.|[A-Z]+\.md))/, '').replace(/[${}*].*$/, '')
    if (path === '' || path.startsWith('~') || /(?:^|\/)\.\.?(?:\/|$)/.test(path) || ENDING.test(path))
      return []
    const [top = ''] = path.split('/', 1)
    const certain =
      writes && (/^\.[a-z]/.test(path) ? isQuotedOrBare(joined, text) : /\.\w+$|file$/.test(path))
    if (!GRAVE.test(path) && !(certain && meetsSteering(path))) return []
    return [path.includes('/') ? `\${project}/${top}/**` : `\${project}/${path}`]
  })
}

/** Not a property or a method, as in `x.save`. */
function isQuotedOrBare(line: string, text: string): boolean {
  const before = line[line.indexOf(text) - 1] ?? ' '
  return /[\s"'`=>]/.test(before) && !/^\.\w+\(/.test(line.slice(line.indexOf(text)))
}
