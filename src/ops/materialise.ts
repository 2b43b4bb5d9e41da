// The locked content of a skill, verified against the lock whatever road it takes: the store, or the source.
import type { LockEntry } from '../lock/lockfile.ts'
import { groupBy } from '../platform/group.ts'
import { mapParallel } from '../platform/parallel.ts'
import type { Resolution } from '../sources/source.ts'
import type { Store } from '../store/store.ts'
import { stageFolder } from './carry-out.ts'
import { openStage, type Stage } from './change.ts'
import { type CopyHelper, startHelper, WORTH_A_THREAD } from './copy-helper.ts'
import { copyItem, type CopyItem, type CopyJob, newTaken, takeItems } from './copy-job.ts'
import type { Io } from './io.ts'
import { isSeen } from './origins.ts'
import type { Scope } from './scope.ts'

/** Sources that are opened at the same time. */
const SIDE_BY_SIDE = 16

/** A skill as the lock names it. */
export interface LockedSkill {
  readonly name: string
  readonly entry: LockEntry
}

export interface MaterialiseOptions {
  readonly scope: Scope
  readonly store: Store
  readonly offline: boolean
  readonly io: Io
}

/**
 * Stages every skill's verified files: those of the store first, where their address is known to have given them, the rest
 * from their sources, each source opened once. What was fetched is stored. Many skills are staged by two threads.
 * @throws after every source was asked, what failed as one error with its `problems`: integrity_mismatch, offline, and what
 *   opening and reading a source throw
 */
export async function materialise(
  skills: readonly LockedSkill[],
  options: MaterialiseOptions,
): Promise<void> {
  if (skills.length === 0) return
  const seen = skills.filter((one) => isSeen(one, options))
  const unseen = skills.filter((one) => !seen.includes(one))
  const stage = openStage(options.scope)
  const job: CopyJob = {
    dataDir: options.io.settings.dataDir,
    stageDir: stageFolder(options.scope),
    skills: seen.map(({ name, entry }) => ({ name, integrity: entry.integrity })),
    taken: newTaken(),
  }
  const work: Work = { job, stage, helper: undefined }
  try {
    const gone = (await copyStored(work, options)).map((index) => seen[index] as LockedSkill)
    const missing = [...unseen, ...gone]
    if (missing.length > 0) await fetchMissing(missing, work, options)
    await work.helper?.end()
  } finally {
    await work.helper?.stop()
  }
}

interface Work {
  readonly job: CopyJob
  readonly stage: Stage
  /** The second thread, once there is enough for it to do. */
  helper: CopyHelper | undefined
}

/** Stages what the store has, and gives the indexes of the rest. */
async function copyStored(work: Work, { store, io }: MaterialiseOptions): Promise<number[]> {
  const { job } = work
  const missing: number[] = []
  let copied = 0
  for (const index of takeItems(job)) {
    io.signal.throwIfAborted()
    if (!copyItem(job.stageDir, store, job.skills[index] as CopyItem)) missing.push(index)
    else if (++copied === 1 && job.skills.length - index > WORTH_A_THREAD) work.helper = startHelper(job)
  }
  return [...missing, ...((await work.helper?.taken()) ?? [])]
}

async function fetchMissing(
  missing: readonly LockedSkill[],
  work: Work,
  options: MaterialiseOptions,
): Promise<void> {
  const [{ fetchGroup }, { gatherProblems }] = await Promise.all([
    import('./fetch-group.ts'),
    import('./problems.ts'),
  ])
  const problems = gatherProblems()
  if (missing.length > WORTH_A_THREAD) work.helper ??= startHelper(work.job)
  const { helper } = work
  const groups = [...groupBy(missing, ({ entry }) => addressOf(entry.resolution)).values()]
  let done = 0
  await mapParallel(groups, SIDE_BY_SIDE, async (group) => {
    await fetchGroup(group, { ...options, problems }, ({ name, entry }, files) => {
      if (helper) helper.copy({ name, integrity: entry.integrity })
      else work.stage(name, files)
    })
    done += group.length
    options.io.report(`fetched ${done} of ${missing.length} skills`)
  })
  problems.throwIfAny()
}

/** Entries with one address come out of one tree. */
export function addressOf({ subdir: _subdir, ...address }: Resolution): string {
  return JSON.stringify(address)
}
