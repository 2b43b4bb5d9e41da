// Commands that are shown so that somebody copies them. Pure.
import { displayText } from './text.ts'

/** What no shell reads as anything but itself; `~` and `#` only inside a word. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./-][A-Za-z0-9_@%+=:,./~#^-]*$/

/** One word of a command, quoted where a shell would read it otherwise; unsafe characters become visible escapes. */
export function shellWord(text: string): string {
  const shown = displayText(text)
  return PLAIN.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`
}

/**
 * A command of this program: the words as they are, the values quoted. A value can never be taken for an option: where one
 * begins with a dash, `--` stands before all of them.
 */
export function shellCommand(words: string, ...values: readonly string[]): string {
  const dashed = values.some((value) => value.startsWith('-'))
  return [words, ...(dashed ? ['--'] : []), ...values.map(shellWord)].join(' ')
}
