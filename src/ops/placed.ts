// A record of which content this program put under which name. It can only ever say "exactly this digest was put here", so
// that an older installed version is not taken for somebody's edit. The user's own record lies outside the project, bound to
// machine and place; the other lies beside the copies, for a machine whose home was lost while the copies were kept. That
// one could be anybody's: it never makes anything go, except in CI, where no person works.
import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isTreeDigest, type TreeDigest } from '../integrity/tree.ts'
import { nameProblem } from '../lock/skill-name.ts'
import type { Settings } from '../platform/env.ts'
import { readFileBounded, writeCacheFile } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import type { Scope } from './scope.ts'

/** Names, each with the digest that was last put there. */
export type PlacedNames = ReadonlyMap<string, TreeDigest>

export interface Placed {
  /** Of this user, on this machine. */
  readonly own: PlacedNames
  /** What lies beside the copies; believed for no more than that this content is not an edit. */
  readonly beside: PlacedNames
}

/** What is recorded; a record that is missing or not understood says nothing. */
export function readPlaced(scope: Scope, settings: Settings): Placed {
  // A data directory inside the project could be brought by its repository.
  const own = scope.stateIsInside ? new Map<string, TreeDigest>() : readNames(ownFile(scope, settings))
  return { own, beside: readNames(besideFile(scope)) }
}

/**
 * Records what stands now. Written only where it says something new, and never a reason to fail: without it an older copy is
 * asked about, not lost.
 */
export function savePlaced(
  scope: Scope,
  settings: Settings,
  { locked, stays }: { readonly locked: PlacedNames; readonly stays: (name: string) => boolean },
): void {
  const before = readPlaced(scope, settings)
  const next = (old: PlacedNames): PlacedNames =>
    new Map([...[...old].filter(([name]) => !locked.has(name) && stays(name)), ...locked])
  if (!scope.stateIsInside) save(ownFile(scope, settings), before.own, next(before.own))
  const file = besideFile(scope)
  const folder = dirname(file)
  // A link would lead the record out of the project.
  const stat = lstatSync(folder, { throwIfNoEntry: false })
  if (stat && !stat.isDirectory()) return
  const wrote = save(file, before.beside, next(before.beside))
  if (wrote) attempt(() => writeCacheFile(join(folder, '.gitignore'), '*\n'))
  else if (stat && locked.size === 0) attempt(() => clearBeside(folder))
}

/** True when it wrote. */
function save(file: string, before: PlacedNames, next: PlacedNames): boolean {
  if (before.size === next.size && [...next].every(([name, digest]) => before.get(name) === digest))
    return false
  if (next.size === 0) return attempt(() => rmSync(file, { force: true })) && false
  const skills = Object.fromEntries([...next].sort(([a], [b]) => (a < b ? -1 : 1)))
  return attempt(() => writeCacheFile(file, `${JSON.stringify({ version: 1, skills }, null, 1)}\n`))
}

function clearBeside(folder: string): void {
  if (readdirSync(folder).some((name) => name !== '.gitignore')) return
  rmSync(join(folder, '.gitignore'), { force: true })
  rmdirSync(folder)
}

function attempt(write: () => void): boolean {
  try {
    write()
    return true
  } catch {
    return false
  }
}

function ownFile({ stateDir }: Scope, { dataDir }: Settings): string {
  return join(dataDir, 'placed', `${basename(stateDir)}.json`)
}

function besideFile(scope: Scope): string {
  return join(dirname(scope.skillsDir), '.skillward', 'placed.json')
}

function readNames(file: string): PlacedNames {
  try {
    const { version, skills } = JSON.parse(
      readFileBounded(file, LIMITS.lockBytes)?.toString('utf8') ?? '{}',
    ) as {
      version?: unknown
      skills?: unknown
    }
    if (version !== 1 || typeof skills !== 'object' || skills === null) return new Map()
    return new Map(
      Object.entries(skills).filter(
        (pair): pair is [string, TreeDigest] =>
          nameProblem(pair[0]) === undefined && typeof pair[1] === 'string' && isTreeDigest(pair[1]),
      ),
    )
  } catch {
    return new Map()
  }
}
