// Code that computes, decodes or fetches what it then runs: no reading can tell what that will be. Python and JavaScript.
import { evidence, opaqueFound, type Excerpt, type Found } from './infer-found.ts'
import { pythonCode } from './python-text.ts'

/** On code without its text and comments. */
const PYTHON: readonly RegExp[] = [
  /(?<![\w.])(?:exec|eval|execfile|__import__)\s*\(/,
  /\b(?:builtins|__builtins__|__builtin__)\s*(?:\.|\[)/,
  // The function as a value, to be called under another name.
  /[=([,:]\s*(?:exec|eval|__import__)\s*(?:[\]),;]|$)/,
  /\b__(?:subclasses|globals|code|loader|bases|mro)__\b/,
  /\b(?:globals|locals|vars)\s*\(\s*(?:\w+\s*)?\)\s*\[/,
  /\bgetattr\s*\(\s*(?:os|sys|subprocess|importlib|socket|ctypes|builtins|__builtins__|__import__)\b/,
  /\b(?:c?[pP]ickle|marshal|dill|cloudpickle|joblib|shelve)\s*\.\s*(?:loads?|Unpickler|open)\b/,
  /\bfrom\s+(?:c?[pP]ickle|marshal|dill|cloudpickle|joblib)\s+import\b.{0,200}\b(?:loads?|Unpickler)\b/,
  /\byaml\s*\.\s*(?:unsafe_load|full_load|unsafe_load_all)\b|\b(?:UnsafeLoader|FullLoader)\b/,
  /^\s*(?:import|from)\s+(?:ctypes|cffi|runpy|code|codeop|zipimport|imp|pty)\b|^\s*import\s.{0,300},\s*(?:ctypes|cffi|runpy|pty|zipimport)\b/,
  /\bctypes\s*\.|\brunpy\s*\.|\bpty\s*\.\s*spawn\b|\bimportlib\s*\.\s*(?:machinery|util\s*\.\s*(?:spec_from|module_from))/,
  /\btypes\s*\.\s*(?:FunctionType|CodeType)\b|\b(?:InteractiveInterpreter|InteractiveConsole)\b|\bsys\s*\.\s*(?:meta_path|path_hooks)\b/,
]
/** On the line as it stands: what matters is a literal argument, or that there is none. */
const PYTHON_CALLS: readonly RegExp[] = [
  /(?<![\w.])compile\s*\(.{0,300}['"](?:exec|eval|single)['"]/,
  /\b(?:importlib\s*\.\s*)?import_module\s*\(\s*(?!\s|['"][\w.]+['"]\s*[,)])/,
  /\bos\s*\.\s*(?:system|popen|exec[lv]p?e?|spawn[lv]p?e?|posix_spawnp?)\s*\(\s*(?!\s|[rfbRFB]{0,2}['"][^'"{]|\[\s*['"])/,
  /\b__reduce(?:_ex)?__\b/,
]

const JAVASCRIPT: readonly RegExp[] = [
  /(?<![\w.$])(?:(?:window|globalThis|global|self|this)\s*(?:\?\.|\.))?eval\s*\(/,
  /[=([,:]\s*eval\s*(?:[\]),;]|$)/,
  /(?<![\w.$])(?:new\s+)?(?:Async|Generator)?Function\s*\(|\bnew\s+Function\b/,
  /\bconstructor\s*(?:\.\s*constructor\b|\[\s*['"`]constructor|\(\s*['"`])|\[\s*['"`]constructor['"`]\s*\]/,
  /\b(?:require|import)\s*\(\s*['"](?:node:)?vm2?['"]|\bfrom\s+['"](?:node:)?vm2?['"]/,
  /\bvm\s*\.\s*(?:runIn\w+|Script|compileFunction|SourceTextModule)\b/,
  /(?<![\w.$])import\s*\(\s*(?!\s|['"][^'"]*['"]\s*[,)]|`[^`$]*`\s*[,)])/,
  /(?<![\w.$])require\s*\(\s*(?!\s|\)|['"][^'"]*['"]\s*\)|`[^`$]*`\s*\))/,
  /(?<![\w$])(?:require|process|globalThis|global|module)\s*\[/,
  /\bprocess\s*\.\s*(?:binding|dlopen|_linkedBinding)\b|\bModule\s*\.\s*_(?:load|compile|extensions)\b|\bmodule\s*\.\s*_compile\b/,
  /\bWebAssembly\s*\.\s*(?:instantiate|compile|Module|Instance)/,
  /\b(?:setTimeout|setInterval|setImmediate)\s*\(\s*['"`]/,
  /\bfrom\s+['"]https?:|\bimport\s*(?:\(\s*)?['"](?:https?|data):|\bimportScripts\s*\(/,
  /\[\s*['"`](?:\\x|\\u)[0-9a-fA-F{]|\b_0x[0-9a-fA-F]{4,}\b/,
  /\bserialize\s*\.\s*unserialize\b|\brequire\(['"]node-serialize['"]\)/,
]

/** One line can tell only so much; an encoded program shows in its first one. */
const MAX_PLACES = 5

/** The lines of one source file that run what they compute; in `python` or else JavaScript. */
export function inferComputed(code: Excerpt, language: 'python' | 'javascript'): Found[] {
  const found: Found[] = []
  const lines = code.text.split('\n')
  // Python folds look-alike letters in names to the plain ones.
  const plain = language === 'python' ? pythonCode(code.text).normalize('NFKC').split('\n') : lines
  for (const [offset, line] of lines.entries()) {
    const stripped = plain[offset] ?? ''
    const runs =
      language === 'python'
        ? PYTHON.some((pattern) => pattern.test(stripped)) ||
          (/[(_]/.test(stripped) && PYTHON_CALLS.some((pattern) => pattern.test(line)) && !/^\s*#/.test(line))
        : !/^\s*\/\//.test(line) && JAVASCRIPT.some((pattern) => pattern.test(line))
    if (!runs) continue
    found.push(opaqueFound('computed', evidence(code, offset, line)))
    if (found.length >= MAX_PLACES) break
  }
  return found
}

/** Decodes or fetches, and runs on the same line: what even a sample in a text is never there to show. */
export function runsDecoded(line: string): boolean {
  return (
    /(?<![\w.])(?:(?:exec|eval|Function)\s{0,8}\(|[Ii]nvoke-[Ee]xpression\b|iex\b)/.test(line) &&
    /b64decode|frombase64string|\batob\b|fromhex|unhexlify|fromCharCode|base64|urlopen|requests\.get|downloadstring|decompress/i.test(
      line,
    )
  )
}
