// What source text (Python, JavaScript, Go, …) and shell text show about hosts, variables and files.
import { evidence, hostOf, opaqueFound, urlsOf, type Excerpt, type Found } from './infer-found.ts'
import { steeringPlaces } from './infer-steering.ts'
import { COMMON_ENV, isPlaceholderHost, LIBRARY_HOSTS, looksSecret } from './infer-words.ts'

/** Calls that open a connection. */
export const NETWORK_CALL =
  /\brequests\.(?:get|post|put|patch|delete|head|request|Session)\b|\burlopen\b|\bsocket\.(?:socket\b(?!\(\s{0,8}socket\.AF_UNIX)|create_connection\b)|\b(?:net|tls)\.(?:connect|createConnection)\(|\bsmtplib\b|\bftplib\b|\bparamiko\b|\burllib\.request\b|\bhttpx\b|\baiohttp\b|\bhttp\.client\b|\bfetch\(|\baxios\b|\bgot[.(]|\bhttps?\.(?:get|request)\(|\bnew WebSocket\(|\bwebsockets?\.connect\b|\bundici\b|\bsuperagent\b|\bnode-fetch\b|\bhttp\.(?:Get|Post|NewRequest)\b|\bNet::HTTP\b|\bcurl_init\b|\bInvoke-(?:WebRequest|RestMethod)\b|\breqwest\b|\bplaywright\b|\bpage\.goto\b|['"]curl['"]|\bcurl -|\bcurl "/

/** A socket with its host written down: `s.connect(("h", 1))`, `net.connect(1, 'h')`. */
const CONNECTS =
  /\b(?:connect(?:_ex)?|create_connection|createConnection)\s{0,8}\(\s{0,8}(?:\(\s{0,8}|\d{1,5}\s{0,8},\s{0,8})['"]([A-Za-z0-9.-]{1,253})['"]/g

/** URLs on such lines are shown to a person or name a format; nobody contacts them. */
const NOT_CONTACTED =
  /\b(?:print|console\.(?:log|error|warn|info)|logger?\.\w+|echo|printf|raise|throw|help=|description|epilog|xmlns|namespace|\$schema|user-?agent|referer|origin['"]?:|homepage|docs?(?:_?url)?['"]?\s*[:=]|license)\b/i

const READS_FILE =
  /\bopen\(|\.read_(?:text|bytes|csv|excel|json)\b|\breadFile(?:Sync)?\b|\bcreateReadStream\b|\bos\.(?:listdir|walk|scandir)\b|\breaddir(?:Sync)?\b|\bglob\.glob\b|\.rglob\(|\bBun\.file\b|\bload_workbook\b|\bos\.ReadFile\b/
const WRITES_FILE =
  /\bopen\(.{0,200}?,\s*(?:mode=)?['"][wax]b?\+?['"]|\.write_(?:text|bytes)\b|\.save\(|\.to_(?:csv|excel|json|parquet)\(|\bshutil\.(?:copy\w*|move|rmtree)\b|\bos\.(?:makedirs|remove|rename|unlink)\b|\.mkdir\(|\bwriteFile(?:Sync)?\b|\bcreateWriteStream\b|\bmkdirSync\b|\bappendFile(?:Sync)?\b|\bcopyFile(?:Sync)?\b|\brmSync\b|\bBun\.write\b|\bos\.WriteFile\b/
const WRITES_SHELL =
  /(?:^|[^<>&\d-])>>?\s*(?!&|\/dev\/|\/tmp\/|"?\$\{?TMP)["$\w./~]|\b(?:tee|touch|mkdir|mv|cp|sed -i|rm|install -)\b/
const TEMPORARY = /\btempfile\.|\bmktemp\b|\bos\.tmpdir\(|["'\s=(]\/tmp\//

/** Source with a call that opens a connection makes URLs anywhere in the skill's code places that are contacted. */
export interface CodeOptions {
  readonly language: 'shell' | 'other'
  readonly contacts: boolean
  /** False for text that is shown to a person: which files it touches says nothing about the skill. */
  readonly files: boolean
  /** True where names are a document's own: only what is exported or looks like a secret counts. */
  readonly sample?: boolean
  /** Names that the skill's shell scripts set themselves. */
  readonly assigned: ReadonlySet<string>
}

/** Hosts, variables and files of a piece of code; programs that it starts are somebody else's to find. */
export function inferCode(code: Excerpt, options: CodeOptions): Found[] {
  const found: Found[] = []
  const changes = options.files && (options.language === 'shell' ? WRITES_SHELL : WRITES_FILE).test(code.text)
  for (const [offset, line] of codeLines(code.text, options.language)) {
    const seen = (part: Omit<Found, 'evidence'>): void =>
      void found.push({ ...part, evidence: evidence(code, offset, line) })
    if (options.contacts && !NOT_CONTACTED.test(line)) {
      for (const url of urlsOf(line)) {
        const host = hostOf(url)
        if (host !== undefined && !isPlaceholderHost(host)) seen({ capability: 'network', value: host })
      }
    }
    if (options.language === 'other' && line.includes('connect')) {
      for (const [, host = ''] of line.matchAll(CONNECTS)) {
        if (!isPlaceholderHost(host))
          seen({ capability: 'network', value: hostOf(`http://${host}`) ?? host.toLowerCase() })
      }
    }
    if (options.language === 'other' && /import|from|require\(|['"]@/.test(line)) {
      for (const [pattern, host] of LIBRARY_HOSTS)
        if (pattern.test(line)) seen({ capability: 'network', value: host })
    }
    for (const { name, required } of namesRead(line, options.language)) {
      if (options.sample && !looksSecret(name) && !/\bexport\s/.test(line)) continue
      if (
        COMMON_ENV.has(name) ||
        (options.language === 'shell' && options.assigned.has(name) && !required && !options.sample)
      )
        continue
      if (looksSecret(name)) seen({ capability: 'secrets', value: name })
      else seen({ capability: 'env', sub: required ? 'required' : 'optional', value: name })
    }
    const writes = options.language === 'shell' ? WRITES_SHELL.test(line) : WRITES_FILE.test(line)
    if (options.files && DUMPS_ENV.test(line)) {
      found.push(opaqueFound('environment', evidence(code, offset, line)))
    }
    for (const value of [...homePaths(line), ...(options.files ? systemPaths(line) : [])]) {
      seen({ capability: 'filesystem', sub: 'read', value })
      if (writes) seen({ capability: 'filesystem', sub: 'write', value })
    }
    if (!options.files) continue
    if (TEMPORARY.test(line)) seen({ capability: 'filesystem', sub: 'write', value: '${tmp}/**' })
    else if (writes) seen({ capability: 'filesystem', sub: 'write', value: '${work}/**' })
    if (writes || (changes && !READS_FILE.test(line))) {
      for (const value of steeringPlaces(line, writes))
        seen({ capability: 'filesystem', sub: 'write', value })
    }
    if (options.language === 'other' && READS_FILE.test(line)) {
      seen({ capability: 'filesystem', sub: 'read', value: '${project}/**' })
    }
  }
  return found
}

/** Lines that are code, with their offset: no comments, no docstrings. */
function* codeLines(text: string, language: 'shell' | 'other'): Generator<[number, string]> {
  let fence: string | undefined
  for (const [offset, line] of text.split('\n').entries()) {
    const start = line.trimStart()
    if (fence !== undefined) {
      if (line.includes(fence)) fence = undefined
      continue
    }
    if (start === '' || start.startsWith('#')) continue
    if (language === 'other') {
      if (start.startsWith('//') || start.startsWith('*')) continue
      const [, block] = /^(?:[rub]{0,2}("""|''')|\/\*)/.exec(start) ?? []
      if (block !== undefined || start.startsWith('/*')) {
        const end = block ?? '*/'
        if (!start.slice(start.indexOf(block ?? '/*') + 2).includes(end)) fence = end
        continue
      }
    }
    yield [offset, line]
  }
}

interface NameRead {
  readonly name: string
  readonly required: boolean
}

function namesRead(line: string, language: 'shell' | 'other'): NameRead[] {
  // Most lines read nothing, and one look tells.
  if (!(language === 'shell' ? /\$|export/ : /env/i).test(line)) return []
  const names: NameRead[] = []
  if (language === 'shell') {
    for (const [, name = '', operator = ''] of line.matchAll(
      /\$\{([A-Z][A-Z0-9_]{2,})(:?[-?=+])?|\$([A-Z][A-Z0-9_]{2,})/g,
    )) {
      if (name) names.push({ name, required: operator.endsWith('?') })
    }
    for (const [, name = ''] of line.matchAll(/\$([A-Z][A-Z0-9_]{2,})\b/g))
      names.push({ name, required: false })
    for (const [, name = ''] of line.matchAll(/^\s*(?:\$ )?export\s+([A-Z][A-Z0-9_]{2,})=/g)) {
      names.push({ name, required: false })
    }
    return names
  }
  const defaulted = /\?\?|\|\|| or /.test(line)
  for (const [, name = ''] of line.matchAll(/\bprocess\.env(?:\.|\[['"])([A-Za-z_]\w*)/g))
    names.push({ name, required: false })
  for (const [, name = ''] of line.matchAll(/\bos\.environ\[\s*['"](\w+)['"]\s*\](?!\s*=[^=])/g)) {
    names.push({ name, required: !defaulted })
  }
  for (const [, name = ''] of line.matchAll(
    /\b(?:os\.environ\.get|os\.getenv|getenv|os\.Getenv|Deno\.env\.get|env::var|System\.getenv)\(\s*['"](\w+)['"]/g,
  )) {
    names.push({ name, required: false })
  }
  for (const [, name = ''] of line.matchAll(/\bENV\[['"](\w+)['"]\]/g)) names.push({ name, required: false })
  return names
}

/** Names that shell text sets itself, other than from their own value. */
export function assignedNames(text: string): Set<string> {
  const names = new Set<string>()
  const pattern =
    /(?:^|[;&|(\s])(?:local\s+|readonly\s+|declare\s+(?:-\w+\s+)?)?([A-Z][A-Z0-9_]*)\+?=(?!["']?\$\{?\1\b)/g
  for (const [, name = ''] of text.matchAll(pattern)) names.add(name)
  for (const [, name = ''] of text.matchAll(/\b(?:read(?:\s+-\w{1,20}){0,6}|for)\s+([A-Z][A-Z0-9_]*)\b/g))
    names.add(name)
  return names
}

/** All variables at once; handing them on to a program is not that. */
const DUMPS_ENV =
  /(?<!env=|\.)(?:\bdict\(\s{0,8}os\.environ|\bfor\b.{0,80}\bin\s{0,8}os\.environ\.items\(\s{0,8}\)\s{0,8}:|\bjson\.dumps\(\s{0,8}os\.environ|\bstr\(\s{0,8}os\.environ)|\bJSON\.stringify\(\s{0,8}process\.env\s{0,8}[,)]|\bObject\.(?:entries|keys|values|assign)\([^)\n]{0,40}process\.env\s{0,8}[,)]|(?:^|[;&|({`]\s{0,8})(?:env|printenv|set|export -p|declare -p)\s{0,8}(?:\||>)/

/** Files of the system and of other users that are named literally, each cut to two parts. */
function systemPaths(line: string): string[] {
  if (!/\/(?:etc|root|proc|sys|home|Users|var|boot|Library|private)\//.test(line)) return []
  return Array.from(
    line.matchAll(
      /(?:^|[\s"'`=(:<])(\/(?:etc|root|proc|sys|home|Users|boot|Library|private|var\/(?:log|lib|run|spool|db|mail|backups))\/[\w.@+-]{1,80})(\/?)/g,
    ),
    ([, path = '', more]) => (more === '' ? path : `${path}/**`),
  ).filter(
    (path) =>
      !/\/\.{1,2}(?:\/|$)/.test(path) &&
      !/^\/etc\/(?:os-release|ssl|hosts|debian_version|alpine-release|ca-certificates)/.test(path),
  )
}

/** Where agents keep the skill itself. */
const OWN_PLACE =
  /^~\/(?:\.[\w-]+\/(?:[\w-]+\/)?skills|\.config\/[\w-]+\/skills|\.?skills|\.venv|venv)(?:\/|$)/

/** Places in the home directory, cut to where a person recognises them: `~/.config/gh/**`, `~/.netrc`. */
function homePaths(line: string): string[] {
  // A module's path, not a place.
  if (!/~|home/i.test(line) || /^\s*(?:import|export)\s.{0,300}\bfrom\s/.test(line)) return []
  const paths: string[] = []
  for (const [, tail = ''] of line.matchAll(
    /(?:^|[\s"'`=(:])(?:~|\$HOME|\$\{HOME\}|\{home\})\/((?:Application Support|[\w.@+-])(?:Application Support|[\w.@+/-])*)/g,
  ))
    paths.push(tail)
  for (const [, tail = ''] of line.matchAll(
    /(?:Path\.home\(\)|(?:os\.)?homedir\(\)|expanduser\(\s*['"]~['"]\s*\))\)?\s*[/,]\s*((?:['"][\w.@+/ -]+['"]\s*[/,]?\s*)+)/g,
  )) {
    paths.push(Array.from(tail.matchAll(/['"]([^'"]+)['"]/g), ([, part = '']) => part).join('/'))
  }
  return paths.flatMap((path) => {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    if (parts.includes('..') || parts.length === 0) return []
    const keep = /^(?:\.config|\.local|\.cache|Library|\.local\/share)$/.test(parts[0] ?? '') ? 3 : 1
    const kept = parts.slice(0, keep)
    const isFile =
      kept.length === parts.length &&
      /^\.?[\w-]+\.\w{1,5}$|^\.(?:\w*rc|netrc|profile|env|gitconfig)$/.test(kept.at(-1) ?? '')
    const full = `~/${parts.join('/')}`
    if (OWN_PLACE.test(full)) return []
    return [`~/${kept.join('/')}${isFile ? '' : '/**'}`]
  })
}
