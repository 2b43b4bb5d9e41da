// What a whole file is, where it is no text that inference reads: a program in another language, compiled code, an
// archive. By its first bytes, its name and its `#!` line. Documents, pictures and fonts are data.
import type { SkillFile } from '../integrity/tree.ts'
import type { Script } from './infer-scripts.ts'
import { opaqueFound, type Found } from './infer-found.ts'

type Kind = 'archive' | 'binary' | 'program'

/** First bytes of compiled code, of archives and of data; the first that fits decides. */
const MAGIC: readonly (readonly [Kind | 'data', string, number?])[] = [
  ['binary', '\u007fELF'],
  ['binary', '\u0000asm'],
  ['binary', '\u00ca\u00fe\u00ba\u00be'],
  ['binary', '\u00fe\u00ed\u00fa\u00ce'],
  ['binary', '\u00fe\u00ed\u00fa\u00cf'],
  ['binary', '\u00ce\u00fa\u00ed\u00fe'],
  ['binary', '\u00cf\u00fa\u00ed\u00fe'],
  ['binary', 'dex\n03'],
  ['binary', 'BC\u00c0\u00de'],
  ['binary', '\u001bLua'],
  ['binary', '!<arch>\n'],
  ['archive', 'PK\u0003\u0004'],
  ['archive', 'PK\u0005\u0006'],
  ['archive', '\u001f\u008b'],
  ['archive', 'BZh'],
  ['archive', '\u00fd7zXZ\u0000'],
  ['archive', '(\u00b5/\u00fd'],
  ['archive', "7z\u00bc\u00af'\u001c"],
  ['archive', 'Rar!\u001a'],
  ['archive', 'MSCF\u0000'],
  ['archive', 'xar!'],
  ['archive', 'ustar', 257],
  ['data', '\u0089PNG\r\n'],
  ['data', '\u00ff\u00d8\u00ff'],
  ['data', 'GIF8'],
  ['data', 'RIFF'],
  ['data', 'II*\u0000'],
  ['data', 'MM\u0000*'],
  ['data', '\u0000\u0000\u0001\u0000'],
  ['data', '8BPS'],
  ['data', '%PDF-'],
  ['data', '\u0000\u0001\u0000\u0000'],
  ['data', 'OTTO'],
  ['data', 'true\u0000'],
  ['data', 'ttcf'],
  ['data', 'wOFF'],
  ['data', 'wOF2'],
  ['data', 'ID3'],
  ['data', '\u00ff\u00fb'],
  ['data', 'OggS'],
  ['data', 'fLaC'],
  ['data', '\u001aE\u00df\u00a3'],
  ['data', 'ftyp', 4],
  ['data', 'SQLite format 3\u0000'],
  ['data', '\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1'],
]

/** Documents that are zip or OLE files; they are data unless they carry macros. */
const DOCUMENT =
  /\.(?:docx|xlsx|pptx|dotx|xltx|potx|ppsx|vsdx|od[tspg]|ot[tsp]|epub|idml|sketch|doc|xls|ppt|msg)$/i
/** What a document with macros holds: the part's name in a zip, and in an OLE file its name in UTF-16. */
const MACROS: readonly string[] = [
  'vbaProject.bin',
  '_\u0000V\u0000B\u0000A\u0000_\u0000P\u0000R\u0000O\u0000J\u0000',
]

const COMPILED =
  /\.(?:exe|dll|so(?:\.\d+)*|dylib|node|pyc|pyo|pyd|class|wasm|o|a|com|scr|sys|msi|elc|beam|dex|pkl|pickle|joblib|pt|pth|ckpt|h5|keras|docm|xlsm|pptm|dotm|xltm|xlam|ppam|xll|scpt|jse|vbe)$/i
const PACKED =
  /\.(?:zip|tar|tgz|tbz2?|txz|gz|bz2|xz|zst|7z|rar|cab|jar|war|ear|whl|egg|gem|nupkg|crx|xpi|vsix|apk|ipa|deb|rpm|pkg|dmg|iso|img|appimage|snap|skill|mcpb|dxt)$/i
/** Source that other programs than Python, JavaScript and a POSIX shell run or compile. */
const LANGUAGE =
  /\.(?:ps1|psm1|psd1|bat|cmd|vbs|wsf|wsh|hta|reg|inf|rb|rake|gemspec|pl|pm|php\d?|phtml|lua|r|go|rs|java|jsp|kts?|scala|sc|groovy|gradle|swift|mm?|c|cc|cpp|cxx|cs|csx|fsx?|vb|pas|d|nim|zig|cr|exs?|erl|hrl|hs|mli?|clj[sc]?|edn|lisp|scm|rkt|el|vim|tcl|awk|gawk|applescript|jl|dart|asm|s|f90|cob|nix|bzl|star|ahk|au3|desktop|service|plist|mk|mak|cmake|ninja|sbt|ipynb|fish|csh|ksh|nu|elv|xsh|coffee|hx|raku|p6|ps|command|tool|workflow|action|sieve|dockerfile|csproj|vbproj|vcxproj|targets|props|pth|jnlp|scf|lnk|url|tf|hcl|tex|sty|ltx|sed|m4)$/i
const RECIPE =
  /(?:^|\/)(?:(?:GNU)?[Mm]akefile|Dockerfile|Containerfile|\.?[Jj]ustfile|[Tt]askfile(?:\.dist)?\.ya?ml|CMakeLists\.txt|[Rr]akefile|Gemfile|Podfile|Fastfile|Brewfile|Vagrantfile|Jenkinsfile|Procfile|Tiltfile|Earthfile|Snakefile|Guardfile|SConstruct|SConscript|BUILD(?:\.bazel)?|WORKSPACE(?:\.bazel)?|meson\.build|configure(?:\.ac)?|(?:docker-)?compose(?:\.[\w-]+)?\.ya?ml|\.gitlab-ci\.yml|action\.ya?ml|playbook\.ya?ml|binding\.gyp|flake\.nix|build\.xml|ivy\.xml|pom\.xml|(?:Make|Docker|Container)file\.[\w.-]+)$/

const NAMED_TEXT =
  /^(?:LICEN[CS]E|NOTICES?|COPYING|COPYRIGHT|PATENTS|README|CHANGELOG|CHANGES|HISTORY|NEWS|AUTHORS|CONTRIBUTORS|CONTRIBUTING|MAINTAINERS|CODEOWNERS|OWNERS|CREDITS|THANKS|TODO|VERSION|INSTALL|SECURITY)(?:[-_].*)?$/i
/** A page or a drawing that runs code when it is opened. */
const ACTIVE = /<script\b|\son[a-z]{3,20}\s{0,4}=|javascript:/i
const decoder = new TextDecoder()

/** A line for each file that is a program, compiled code or an archive. `scripts` are the sources that are read. */
export function opaqueFiles(files: readonly SkillFile[], scripts: ReadonlyMap<string, Script>): Found[] {
  return files.flatMap((file): Found[] => {
    const kind = kindOf(file, scripts.get(file.path))
    return kind === undefined ? [] : [opaqueFound(kind, { file: file.path, line: 1, text: '' })]
  })
}

function kindOf({ path, bytes }: SkillFile, script: Script | undefined): Kind | 'unread' | undefined {
  const head = Buffer.from(bytes.subarray(0, 512)).toString('latin1')
  const known = MAGIC.find(([, magic, at = 0]) => head.startsWith(magic, at))?.[0]
  const text = !looksBinary(bytes)
  if (DOCUMENT.test(path) && (known === 'archive' || known === 'data'))
    return macros(bytes) ? 'program' : undefined
  if (known === 'binary' || (head.startsWith('MZ') && !text)) return 'binary'
  if (COMPILED.test(path)) return 'binary'
  if (known === 'archive' && !(text && head.startsWith('BZh'))) return 'archive'
  if (PACKED.test(path)) return 'archive'
  if (known === 'data' && !text) return undefined
  if (LANGUAGE.test(path) || RECIPE.test(path)) return 'program'
  if (head.startsWith('#!') && (script === undefined || !isRead(script))) return 'program'
  if (text && script === undefined && isNameless(path)) return 'program'
  if (text && /\.(?:html?|xhtml|svg)$/i.test(path) && ACTIVE.test(decoder.decode(bytes))) return 'program'
  return text ? undefined : 'unread'
}

/** A text whose name does not say what it is, and that is none of the files which are called so everywhere. */
function isNameless(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return !name.includes('.') && !NAMED_TEXT.test(name)
}

/** Interpreters whose sources are read for what they do. */
export function isRead({ interpreter, path }: Pick<Script, 'interpreter' | 'path'>): boolean {
  if (interpreter === '') return /\.(?:[jt]sx|[cm]?[jt]s)$/.test(path)
  return /^(?:python3|node|bash|uv run|deno|bun|npx tsx|npx ts-node)$/.test(interpreter)
}

/** As git decides it: a NUL byte near the beginning; nothing that is text has one, except in UTF-16. */
function looksBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 8000).includes(0)
}

function macros(bytes: Uint8Array): boolean {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return MACROS.some((name) => content.includes(name, 0, 'latin1'))
}
