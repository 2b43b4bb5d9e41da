// Python source with its comments and plain string literals blanked, so that words in texts are not taken for code.

/**
 * The same number of lines, each with its code. What a formatted literal computes stays; so does its text. A literal that
 * is never closed ends with its line, or with the file if it has three quotes, as it does for Python.
 */
export function pythonCode(text: string): string {
  const parts: string[] = []
  let start = 0
  let at = 0
  while (at < text.length) {
    const char = text[at] ?? ''
    if (char === '#') {
      const end = lineEnd(text, at)
      parts.push(text.slice(start, at))
      at = start = end
    } else if (char === '"' || char === "'") {
      const end = literalEnd(text, at)
      const formatted = /[fFtT]/.test(prefixBefore(text, at))
      if (!formatted) {
        parts.push(text.slice(start, at), char, '\n'.repeat(newlines(text, at, end)), char)
        start = end
      }
      at = end
    } else at += 1
  }
  parts.push(text.slice(start))
  return parts.join('')
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

/** The position after the literal that opens at `at`. */
function literalEnd(text: string, at: number): number {
  const quote = text[at] ?? ''
  const triple = text.startsWith(quote.repeat(3), at)
  let i = at + (triple ? 3 : 1)
  for (; i < text.length; i += 1) {
    const char = text[i]
    if (char === '\\') i += 1
    else if (!triple && char === '\n') return i
    else if (char === quote && (!triple || text.startsWith(quote.repeat(3), i))) return i + (triple ? 3 : 1)
  }
  return text.length
}

/** The letters of a literal's prefix: `rb`, `f`; at most two. */
function prefixBefore(text: string, at: number): string {
  return /(?:^|[^\w])([A-Za-z]{1,2})$/.exec(text.slice(Math.max(0, at - 3), at))?.[1] ?? ''
}

function newlines(text: string, from: number, to: number): number {
  return text.slice(from, to).split('\n').length - 1
}
