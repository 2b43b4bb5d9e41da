// Properties that hold for made values. A run that fails prints its seed and keeps it in test/seeds.json, and every later
// run begins with what is kept there.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect } from 'vitest'

const KEPT = fileURLToPath(new URL('../seeds.json', import.meta.url))

interface Seed {
  readonly test: string
  readonly seed: number
}

function kept(): readonly Seed[] {
  return JSON.parse(readFileSync(KEPT, 'utf8')) as Seed[]
}

interface Options {
  readonly numRuns?: number
}

/**
 * Asserts the property: first with the seeds that once failed for this test, then with a new one. Values belong to the
 * run: an arbitrary never hands out an object that a test could change for the runs after it.
 */
export function holds<T>(property: fc.IProperty<T>, options: Options = {}): void {
  for (const again of replays(options)) judge(fc.check(property, again))
  judge(fc.check(property, options))
}

/** The same for a property that awaits. */
export async function holdsAlways<T>(property: fc.IAsyncProperty<T>, options: Options = {}): Promise<void> {
  for (const again of replays(options)) judge(await fc.check(property, again))
  judge(await fc.check(property, options))
}

function replays(options: Options): readonly (Options & { readonly seed: number })[] {
  const test = expect.getState().currentTestName
  return kept()
    .filter((old) => old.test === test)
    .map(({ seed }) => ({ ...options, seed }))
}

function judge<T>(run: fc.RunDetails<T>): void {
  if (!run.failed) return
  const failed: Seed = { test: expect.getState().currentTestName ?? '', seed: run.seed }
  const known = kept()
  if (!known.some(({ test, seed }) => test === failed.test && seed === failed.seed))
    writeFileSync(KEPT, `${JSON.stringify([...known, failed], null, 2)}\n`)
  throw new Error(`${fc.defaultReportMessage(run) ?? ''}\nThe seed is kept in test/seeds.json.`, {
    cause: run.errorInstance,
  })
}
