// One observation of inference, and the shapes that its parts share.
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { OPAQUE_KINDS } from '../capabilities/describe.ts'

export interface Evidence {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The line itself, cut to 160 characters; not yet safe for a terminal. */
  readonly text: string
}

/** Something that a skill's text shows that it does. */
export interface Found {
  readonly capability: keyof Capabilities
  readonly sub?: 'allow' | 'read' | 'write' | 'required' | 'optional'
  readonly value: string
  readonly evidence: Evidence
}

/** A finding that something cannot be understood: of which kind, and where. */
export function opaqueFound(kind: keyof typeof OPAQUE_KINDS, at: Evidence): Found {
  return { capability: 'opaque', value: `${kind}:${at.file.replaceAll('*', '%2A')}`, evidence: at }
}

/** A run of lines of one file. */
export interface Excerpt {
  readonly file: string
  readonly text: string
  /** The line of the file that `text` starts at, from 1. */
  readonly line: number
}

/** The line that something was seen on, for a person to look up. */
export function evidence(excerpt: Excerpt, offset: number, text: string): Evidence {
  return { file: excerpt.file, line: excerpt.line + offset, text: text.trim().slice(0, 160) }
}

/** The host of a URL as rules have it, of this machine with its port; undefined for a placeholder or something computed. */
export function hostOf(url: string): string | undefined {
  const [, authority, port = ''] =
    /^(?:https?|wss?):\/\/(?:[^/?#@\s]*@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:[1-9]\d{0,4}(?!\d))?(?=[:/?#"'`\s)\\,;]|$)/.exec(
      url,
    ) ?? []
  if (authority === undefined) return undefined
  const host = authority.toLowerCase()
  if (host === 'localhost' || host.startsWith('127.') || host === '0.0.0.0' || host === '[::1]')
    return `localhost${port}`
  return host.includes('.') || host.startsWith('[') ? host.replace(/\.$/, '') : undefined
}

/** URLs of a line, up to the first character that cannot be in one. */
export function urlsOf(line: string): string[] {
  return line.match(/(?:https?|wss?):\/\/[^\s"'`<>\\)]+/g) ?? []
}
