// Matchers that every test may use.
import { expect } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import type { Code } from '../../src/errors/codes.ts'

declare module 'vitest' {
  interface Matchers<T> {
    /** The function throws, or the promise rejects with, a SkillsError of this code. */
    toThrowCode(code: Code): Promise<T>
  }
}

function describe(error: unknown): string {
  if (error === undefined) return 'no error'
  if (error instanceof SkillsError) return error.code
  return error instanceof Error ? (error.stack ?? error.message) : typeof error
}

expect.extend({
  async toThrowCode(received: unknown, code: Code) {
    let error: unknown
    try {
      await (typeof received === 'function' ? (received as () => unknown)() : received)
    } catch (caught) {
      error = caught
    }
    const actual = describe(error)
    return {
      pass: actual === code,
      message: () => `expected error code ${code}, got ${actual}`,
      actual,
      expected: code,
    }
  },
})
