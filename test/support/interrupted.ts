// A change that stopped after its journal was written, as kill -9 leaves it.
import { mkdirSync } from 'node:fs'
import { basename } from 'node:path'
import { stageFolder } from '../../src/ops/carry-out.ts'
import type { Io } from '../../src/ops/io.ts'
import { bindJournal, type Journal, type Plan, writeJournal } from '../../src/ops/journal.ts'
import { findScope, type Scope } from '../../src/ops/scope.ts'
import { openWork } from '../../src/ops/work-folder.ts'
import { skillFiles } from './skill-files.ts'
import { stageCopy } from '../../src/ops/stage-copy.ts'

/** Stages the copies and writes the journal of a plan; `staged` is what waits for each name of `place`. */
export function interruptChange(
  io: Io,
  plan: Partial<Plan>,
  staged: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
): { readonly scope: Scope; readonly journal: Journal } {
  const scope = findScope(io.settings, false)
  mkdirSync(scope.stateDir, { recursive: true, mode: 0o700 })
  const work = openWork(scope)
  for (const [name, files] of Object.entries(staged)) stageCopy(stageFolder(scope), name, skillFiles(files))
  const journal = bindJournal(scope, { place: [], remove: [], links: [], ...plan }, basename(work))
  writeJournal(scope, journal)
  return { scope, journal }
}
