// Recomputes every installed file against skills.lock and looks at every link. Writes nothing.
import { join } from 'node:path'
import type { SkillFile } from '../integrity/tree.ts'
import { SHARED_DIR } from '../link/agents.ts'
import type { LinkFinding } from '../link/link.ts'
import { readPlainFiles } from '../store/tree.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import { groupBy } from '../platform/group.ts'
import { openStore, type Store } from '../store/store.ts'
import type { ClaimProblem } from '../trust/claims.ts'
import { type Installed, readInstalled } from './installed.ts'
import type { Io, ScopeRequest } from './io.ts'
import { judgeInstalled } from './lock-claims.ts'
import { falseOrigins } from './origins.ts'
import { inspectProjectLinks } from './project-links.ts'
import { knownNames } from './remove.ts'
import { findScope } from './scope.ts'
import { findStale } from './stale.ts'
import { type LedgerCheck, verifyLedger } from './verify-ledger.ts'
import { readWorkspace, requireProject } from './workspace.ts'

export interface VerifyRequest extends ScopeRequest {
  /** Empty means all. */
  readonly names: readonly string[]
  /** Only the ledger; then no project is needed. */
  readonly ledgerOnly?: boolean
}

export interface FileChange {
  readonly path: string
  /**
   * `unknown` when the store no longer has the locked content to compare with · `mode` the content is right, and only its
   * permission bits are not.
   */
  readonly change: 'changed' | 'added' | 'missing' | 'unknown' | 'mode'
  /** Of `mode`: the bits in octal, and what they should be as far as the umask allows. */
  readonly mode?: string
  readonly expected?: string
}

export interface VerifiedSkill {
  readonly name: string
  readonly status: 'ok' | 'modified' | 'missing' | 'unlocked'
  /** What the lock says; empty for a skill of skills.json that is not locked. */
  readonly integrity: string
  /** Digest of what is installed; absent when missing. */
  readonly actual?: string
  readonly files: readonly FileChange[]
  /** Links or copies in agents' folders that are not what they should be, relative to the root. */
  readonly links: readonly { readonly path: string; readonly problem: LinkFinding['problem'] }[]
  /** Why the address in the lock is not where this content comes from. */
  readonly origin?: { readonly code: string; readonly message: string }
}

export interface VerifyResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly ok: boolean
  readonly skills: readonly VerifiedSkill[]
  /** What entries of the lock say against their content. */
  readonly claims: readonly {
    readonly name: string
    readonly code: ClaimProblem['code']
    readonly field: string
    readonly problem: string
  }[]
  /**
   * What this program installed and the lock names no more, relative to the root: `removed` goes with the next `install`,
   * `edited` stays.
   */
  readonly stale: readonly { readonly path: string; readonly state: 'removed' | 'edited' }[]
  /**
   * What nobody installed: names in `.agents/skills`, and paths in the agents' folders. They are the user's own and no
   * drift.
   */
  readonly unknown: readonly string[]
  readonly counts: { readonly skills: number; readonly files: number; readonly bytes: number }
  /** The user's own record of grants and changes, of all projects. */
  readonly ledger: LedgerCheck
}

export async function verify(request: VerifyRequest, io: Io): Promise<VerifyResult> {
  const scope = findScope(io.settings, request.global)
  const ledger = await verifyLedger(io)
  const isSound = ledger.status !== 'broken'
  if (request.ledgerOnly) {
    const counts = { skills: 0, files: 0, bytes: 0 }
    return {
      scope: scope.kind,
      root: scope.root,
      ok: isSound,
      skills: [],
      claims: [],
      stale: [],
      unknown: [],
      counts,
      ledger,
    }
  }
  const workspace = await readWorkspace(scope, io, { looks: true })
  requireProject(workspace)
  const { lock } = workspace
  const names = knownNames(request.names, workspace)
  const locked = names.filter((name) => lock.skills[name])
  const links = groupBy(
    inspectProjectLinks(scope, workspace, { settings: io.settings, names: locked }),
    (finding) => finding.name,
  )
  const store = openStore(io.settings.dataDir)
  const counts = { skills: 0, files: 0, bytes: 0 }
  const entries = locked.map((name) => ({ name, entry: lock.skills[name] as LockEntry }))
  const wrong = await falseOrigins(entries, { scope, store, offline: false, io })
  const origins = new Map(
    wrong.map(({ name, error }) => [name, { code: error.code, message: error.message }]),
  )
  const skills = names.map((name): VerifiedSkill => {
    io.signal.throwIfAborted()
    const entry = lock.skills[name]
    if (!entry) return { name, status: 'unlocked', integrity: '', files: [], links: [] }
    const installed = readInstalled(scope, name)
    counts.skills += 1
    if (installed.kind === 'folder') {
      counts.files += installed.files
      counts.bytes += installed.bytes
    }
    const drifted = (links.get(name) ?? []).map(({ dir, problem }) => ({ path: `${dir}/${name}`, problem }))
    const path = join(scope.skillsDir, name)
    const origin = origins.get(name)
    return { ...compare(name, entry, { installed, path, store }), links: drifted, ...(origin && { origin }) }
  })
  const { copies, links: going, edited, unknown } = findStale(scope, workspace, io)
  const removed = [
    ...copies.map((name) => `${SHARED_DIR}/${name}`),
    ...going.map(({ dir, name }) => `${dir}/${name}`),
  ]
  const stale = [
    ...removed.map((path) => ({ path, state: 'removed' as const })),
    ...edited.map((path) => ({ path, state: 'edited' as const })),
  ]
  const { untrue } = await judgeInstalled(entries, { scope, io })
  const complete = request.names.length > 0 || stale.length === 0
  return {
    scope: scope.kind,
    root: scope.root,
    ok: isSound && complete && untrue.length === 0 && skills.every((skill) => isAsLocked(skill)),
    skills,
    claims: untrue.flatMap(({ name, problems }) => problems.map((problem) => ({ name, ...problem }))),
    stale,
    unknown: unknown.map((path) =>
      path.startsWith(`${SHARED_DIR}/`) ? path.slice(SHARED_DIR.length + 1) : path,
    ),
    counts,
    ledger,
  }
}

function isAsLocked({ status, links, origin }: VerifiedSkill): boolean {
  return status === 'ok' && links.length === 0 && origin === undefined
}

function compare(
  name: string,
  { integrity }: LockEntry,
  { installed, path, store }: { readonly installed: Installed; readonly path: string; readonly store: Store },
): Omit<VerifiedSkill, 'links'> {
  if (installed.kind === 'missing') return { name, status: 'missing', integrity, files: [] }
  if (installed.kind === 'other') {
    return { name, status: 'modified', integrity, files: [{ path: '.', change: 'unknown' }] }
  }
  const { integrity: actual } = installed
  if (actual === integrity) {
    const modes = installed.modes.map(({ path: file, mode, expected }) => ({
      path: file,
      change: 'mode' as const,
      mode: octal(mode),
      expected: octal(expected),
    }))
    return { name, status: modes.length > 0 ? 'modified' : 'ok', integrity, actual, files: modes }
  }
  const files = changes(lockedFiles(store, integrity), readPlainFiles(path) ?? [])
  return { name, status: 'modified', integrity, actual, files }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function lockedFiles(store: Store, integrity: string): readonly SkillFile[] | undefined {
  try {
    return store.read(integrity)
  } catch {
    // A damaged entry of the store is no finding about the project.
    return undefined
  }
}

function changes(
  locked: readonly SkillFile[] | undefined,
  actual: readonly SkillFile[],
): readonly FileChange[] {
  if (!locked) return actual.map(({ path }) => ({ path, change: 'unknown' }))
  const before = new Map(locked.map((file) => [file.path, file.bytes]))
  const after = new Map(actual.map((file) => [file.path, file.bytes]))
  const found: FileChange[] = []
  for (const [path, bytes] of after) {
    const old = before.get(path)
    if (!old) found.push({ path, change: 'added' })
    else if (Buffer.compare(old, bytes) !== 0) found.push({ path, change: 'changed' })
  }
  for (const path of before.keys()) if (!after.has(path)) found.push({ path, change: 'missing' })
  return found.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** The exit status that the result asks for: 3 for a lock that cannot be true, 4 for what differs from it. */
export function verifyExit({ ok, claims }: VerifyResult): 0 | 3 | 4 {
  return claims.length > 0 ? 3 : ok ? 0 : 4
}
