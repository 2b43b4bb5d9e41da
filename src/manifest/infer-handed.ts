// Commands whose words are code that no reading knows: piped, fetched, decoded or computed text that is handed to an
// interpreter, and programs whose name is computed.
import type { ShellCommand } from './infer-shell.ts'
import { SHELL_PREFIXES } from './infer-words.ts'

const SHELL = /^(?:(?:r?ba|da|z|k|mk|a|c|tc|fi|xon)?sh|busybox|toybox|source|\.)$/
const OTHER =
  /^(?:python|pypy|node|nodejs|deno|bun|ruby|perl|php|lua|luajit|pwsh|powershell|osascript|tclsh|Rscript|iex|Invoke-Expression)$/i
/** A word of shell text that was computed starts with one of these; `…` stands for a substitution. */
const COMPUTED = /^[…$`]/
const STREAM = /^(?:<|<?\/dev\/(?:stdin|fd\/\d+|tcp\/.*)|<?\/proc\/self\/fd\/\d+)$/
/** Where programs lie that came from elsewhere. */
const DROPPED = /^(?:\/tmp|\/var\/tmp|\/dev\/shm|\$\{?TMP(?:DIR)?\}?)\//
/** Switches after which the interpreter takes its code from the command line, or a module by its name. */
const INLINE = /^-{1,2}(?:[A-Za-z]*[cemnprE]|command|eval|print|version|help|V|h)(?:=.*)?$|^-[IlFanpe]+$/

/** True when the command runs text that it is handed; `place` says how much of a text is commands at all. */
export function isHandedCode({ argv, piped }: ShellCommand, certain: boolean): boolean {
  const words = withoutPrefixes(argv)
  const [first = '', ...args] = words
  const name = first.replace(/^.*\//, '').replace(/(?<![\d.])[\d.]+$/, '') || first
  if (name === 'eval' || (name === 'trap' && certain)) return args.some((arg) => COMPUTED.test(arg))
  if (args.some((arg) => /^(?:--checkpoint-action=exec|-o?ProxyCommand=|ProxyCommand=)/.test(arg)))
    return true
  const shell = SHELL.test(name)
  if (!shell && !OTHER.test(name)) {
    // A program that is hidden from whoever reads: computed, escaped, found by a pattern, or put down a moment ago.
    return (
      certain &&
      (DROPPED.test(first) || (args.length > 0 && /^(?:…[^/]*$|\$\\|\{[^}]*,|\/\S*[?*[])/.test(first)))
    )
  }
  if (args.includes('<<<') || args.some((arg) => STREAM.test(arg) || /^<{0,1}\/dev\/std/.test(arg)))
    return true
  const code = args.findIndex((arg) => INLINE.test(arg))
  if (code >= 0) return /^-{1,2}[A-Za-z]*[ce]/.test(args[code] ?? '') && COMPUTED.test(args[code + 1] ?? '')
  const operand = args.find((arg) => !/^[-+]|^[<>]|^\d*>/.test(arg))
  if (name === 'source' || name === '.')
    return operand !== undefined && (operand === '…' || DROPPED.test(operand))
  if (certain && operand !== undefined && DROPPED.test(operand)) return true
  const fed = piped || argv.includes('xargs') || argv.includes('parallel')
  if (operand === undefined) return fed && !args.includes('<')
  return fed && args.some((arg) => /^-[a-z]*s$|^-$/.test(arg))
}

/** The texts of here-documents that a command hands to an interpreter, which are code to read like a script's. */
export function handedDocuments(commands: readonly ShellCommand[]): {
  readonly language: 'shell' | 'python' | 'javascript' | 'unknown'
  readonly text: string
  readonly line: number
}[] {
  return commands.flatMap(({ argv, documents }) => {
    const [first = ''] = withoutPrefixes(argv)
    const name = first.replace(/^.*\//, '').replace(/(?<![\d.])[\d.]+$/, '')
    const language = SHELL.test(name)
      ? 'shell'
      : /^(?:python|pypy)$/.test(name)
        ? 'python'
        : /^(?:node|nodejs|bun|deno)$/.test(name)
          ? 'javascript'
          : OTHER.test(name)
            ? 'unknown'
            : undefined
    return language === undefined ? [] : documents.map((document) => ({ ...document, language }) as const)
  })
}

function withoutPrefixes(argv: readonly string[]): readonly string[] {
  let at = 0
  while (at < argv.length) {
    const word = argv[at] ?? ''
    const option = at > 0 && word.startsWith('-')
    const applet = /^(?:busybox|toybox)$/.test(word) && at + 1 < argv.length
    if (
      (word !== 'eval' && SHELL_PREFIXES.has(word.replace(/^.*\//, ''))) ||
      /^[A-Za-z_]\w*\+?=/.test(word) ||
      word === '$' ||
      word === '>' ||
      option ||
      applet
    )
      at += 1
    else if (word === 'timeout') at += /^\d/.test(argv[at + 1] ?? '') ? 2 : 1
    else break
  }
  // `xargs -I {} sh`: the replacement's name is no program.
  return argv.slice(at === argv.length ? 0 : at)
}
