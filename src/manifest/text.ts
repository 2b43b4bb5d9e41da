// Bytes of a manifest to text, with a finding for all that is unusual about them. Never throws.
import type { Diagnostic } from '../errors/diagnostic.ts'
import { LIMITS } from '../platform/limits.ts'

/** The text with `\n` line ends and without a byte order mark; absent when it cannot be read as text. */
export interface DecodedText {
  readonly text?: string
  readonly diagnostics: Diagnostic[]
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const lenient = new TextDecoder('utf-8', { ignoreBOM: true })

/** Decodes UTF-8. Undecodable bytes are an error when strict, else a warning, and become U+FFFD. */
export function decodeText(bytes: Uint8Array, file: string, mode: 'strict' | 'tolerant'): DecodedText {
  const diagnostics: Diagnostic[] = []
  if (bytes.length > LIMITS.manifestBytes) {
    const message = `${file} has ${bytes.length} bytes; at most ${LIMITS.manifestBytes} are read`
    return {
      diagnostics: [
        {
          severity: 'error',
          code: 'manifest_too_large',
          message,
          file,
          hint: 'move long material into files beside it',
        },
      ],
    }
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    const message = `${file} is UTF-16`
    return {
      diagnostics: [
        { severity: 'error', code: 'encoding', message, file, line: 1, hint: 'save it as UTF-8' },
      ],
    }
  }
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    text = lenient.decode(bytes)
    const line = text.slice(0, Math.max(0, text.indexOf('\ufffd'))).split('\n').length
    const severity = mode === 'strict' ? 'error' : 'warning'
    const message = `${file} holds bytes that are not UTF-8`
    diagnostics.push({ severity, code: 'encoding', message, file, line, hint: 'save it as UTF-8' })
  }
  if (text.startsWith('\ufeff')) {
    text = text.slice(1)
    const message = `${file} starts with a byte order mark`
    diagnostics.push({
      severity: 'warning',
      code: 'byte_order_mark',
      message,
      file,
      line: 1,
      hint: 'save it as UTF-8 without a byte order mark',
    })
  }
  if (text.includes('\r')) {
    text = text.replace(/\r\n?/g, '\n')
    const message = `${file} has line ends other than \\n`
    diagnostics.push({ severity: 'info', code: 'line_ends', message, file, line: 1 })
  }
  return { text, diagnostics }
}
