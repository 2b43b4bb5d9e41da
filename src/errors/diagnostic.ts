// Findings are values: collected, shown and counted, never thrown.

export type Severity = 'error' | 'warning' | 'info'

/** One finding about a file. `line` counts from 1; `file` is relative to the skill's root. */
export interface Diagnostic {
  readonly severity: Severity
  /** Stable snake_case identifier of the rule. */
  readonly code: string
  readonly message: string
  readonly file: string
  readonly line?: number
  readonly hint?: string
}

/** True when at least one finding is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}
