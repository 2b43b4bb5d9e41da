// The code in a Markdown file: fenced blocks with their language, and commands in inline code.
import type { Excerpt } from './infer-found.ts'

export interface CodeBlock extends Excerpt {
  /** Lower case; '' when the author names none. */
  readonly language: string
}

export const SHELL_LANGUAGES: ReadonlySet<string> = new Set([
  'bash',
  'sh',
  'shell',
  'zsh',
  'console',
  'terminal',
  'shell-session',
  'shellscript',
  'fish',
])
export const CODE_LANGUAGES: ReadonlySet<string> = new Set([
  'python',
  'py',
  'python3',
  'javascript',
  'js',
  'typescript',
  'ts',
  'mjs',
  'tsx',
  'jsx',
  'node',
  'ruby',
  'rb',
  'go',
  'php',
])

/** Fenced blocks in their order; a block that is never closed ends with the file. */
export function fencedBlocks(markdown: Excerpt): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const lines = markdown.text.split('\n')
  for (let i = 0; i < lines.length; i += 1) {
    if (!/```|~~~/.test(lines[i] ?? '')) continue
    const [, indent = '', fence, info = ''] =
      /^([ \t>*-]*)(`{3,}|~{3,})\s*([^`]*)$/.exec((lines[i] ?? '').slice(0, 300)) ?? []
    if (fence === undefined) continue
    const start = i + 1
    const end = new RegExp(`^[ \\t>]*[${fence[0] ?? ''}]{${fence.length},}\\s*$`)
    i = start
    while (i < lines.length && !end.test(lines[i] ?? '')) i += 1
    const body = lines
      .slice(start, i)
      .map((line) => line.slice(Math.min(indent.length, line.length - line.trimStart().length)))
    const language = /^[\w+#-]*/.exec(info.trim())?.[0].toLowerCase() ?? ''
    blocks.push({ file: markdown.file, line: markdown.line + start, text: body.join('\n'), language })
  }
  return blocks
}

/** Lines that hold inline code of at least two words, as an excerpt each; blocks are left out. */
export function inlineCommands(markdown: Excerpt): Excerpt[] {
  const found: Excerpt[] = []
  let fenced = false
  for (const [offset, line] of markdown.text.split('\n').entries()) {
    if (!/`|~~~/.test(line)) continue
    if (/^[ \t>*-]*(?:`{3,}|~{3,})/.test(line)) fenced = !fenced
    else if (!fenced && line.length < 4000) {
      for (const [, code = ''] of line.matchAll(/`([^`\n]+)`/g)) {
        if (/^\S+ \S/.test(code))
          found.push({ file: markdown.file, line: markdown.line + offset, text: code })
      }
    }
  }
  return found
}

/** What a person would type: the lines after a prompt where there is one, else all. Line numbers stay. */
export function typedText(block: CodeBlock): string {
  const lines = block.text.split('\n')
  const prompted = lines.some((line) => /^\s*[$%❯] \S/.test(line))
  const text = prompted
    ? lines.map((line) => (/^\s*[$%❯] \S/.test(line) ? line.replace(/^\s*[$%❯] /, '') : ''))
    : lines
  // Placeholders are arguments, not redirections.
  return text
    .map((line) =>
      line.replace(/<([\w./ |:-]+)>/g, (_whole, name: string) => `‹${name.replace(/\W+/g, '_')}`),
    )
    .join('\n')
}
