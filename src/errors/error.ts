// The one error class of the program. It never carries a secret: callers redact before they construct.
import { CODES, type Code } from './codes.ts'

/** JSON-safe facts about an error: file, field, digests, names. */
export type Details = { readonly [key: string]: string | number | boolean | null | readonly string[] }

/** An error as a value, for results that hold several. */
export interface Failure {
  readonly code: Code
  readonly message: string
  readonly hint?: string
}

/** What failed of one skill. */
export interface SkillProblem extends Failure {
  readonly skill: string
}

export interface SkillsErrorOptions {
  /** What to type or change next, as one sentence without a period. */
  readonly hint?: string
  readonly details?: Details
  readonly cause?: unknown
  /** Every skill that failed, where the error stands for several of them. */
  readonly problems?: readonly SkillProblem[]
}

/** The program, the server beside it and the library are bundles with a class each; an error of one is one to all. */
const BRAND: unique symbol = Symbol.for('skillward.SkillsError')

/** A failure with a stable snake_case `code` (see docs/errors.md), a message and a hint. */
export class SkillsError extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly details: Details
  readonly problems: readonly SkillProblem[]

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value
  }

  constructor(code: Code, message: string, options: SkillsErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'SkillsError'
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? {}
    this.problems = options.problems ?? []
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

/** The error as a value. */
export function failureOf({ code, message, hint }: SkillsError): Failure {
  return { code, message, ...(hint !== undefined && { hint }) }
}
