// The one error class of the program. It never carries a secret: callers redact before they construct.
import { CODES, type Code } from './codes.ts'

/** JSON-safe facts about an error: file, field, digests, names. */
export type Details = { readonly [key: string]: string | number | boolean | null | readonly string[] }

export interface SkillsErrorOptions {
  /** What to type or change next, as one sentence without a period. */
  readonly hint?: string
  readonly details?: Details
  readonly cause?: unknown
}

/** The program, the server beside it and the library are bundles with a class each; an error of one is one to all. */
const BRAND: unique symbol = Symbol.for('skillward.SkillsError')

/** A failure with a stable snake_case `code` (see docs/errors.md), a message and a hint. */
export class SkillsError extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly details: Details

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  constructor(code: Code, message: string, options: SkillsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SkillsError'
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? {}
    Object.defineProperty(this, BRAND, { value: true })
  }

  /** The process exit status that the code maps to. */
  get exit(): number {
    return CODES[this.code].exit
  }
}

/** True for a `SkillsError`, and for the given code when one is named. */
export function isSkillsError(error: unknown, code?: Code): error is SkillsError {
  return error instanceof SkillsError && (code === undefined || error.code === code)
}
