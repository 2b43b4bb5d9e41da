// What is locked, from the lock alone, and whether it stands on disk. Of its content reads the first bytes of each SKILL.md.
import { closeSync, constants, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Resolution } from '../sources/source.ts'
import { errnoOf } from '../platform/fs.ts'
import type { Io, ScopeRequest } from './io.ts'
import { findScope, type Scope } from './scope.ts'
import { readWorkspace } from './workspace.ts'

/**
 * `missing` nothing stands there · `skill_md_missing`, `skill_md_empty`, `skill_md_broken` (no text with a frontmatter, or no
 * plain file) no agent can use it. Whether the rest is as locked only `verify` knows.
 */
export type ListedStatus = 'ok' | 'missing' | 'skill_md_missing' | 'skill_md_empty' | 'skill_md_broken'

export interface ListedSkill {
  readonly name: string
  readonly version?: string
  readonly spec: string
  readonly resolution: Resolution
  readonly integrity: string
  readonly signer: string
  readonly capabilities: Capabilities
  /** Something stands in its place. */
  readonly installed: boolean
  readonly status: ListedStatus
  /** Relative to the root. */
  readonly path: string
}

export interface ListResult {
  readonly scope: 'project' | 'global'
  readonly root: string
  readonly agents: readonly string[]
  readonly skills: readonly ListedSkill[]
}

export async function list(request: ScopeRequest, io: Io): Promise<ListResult> {
  const scope = findScope(io.settings, request.global)
  const { project, lock } = await readWorkspace(scope, io, { looks: true })
  const present = new Set(foldersIn(scope))
  const skills = Object.entries(lock.skills).map(([name, entry]) => ({
    name,
    ...(entry.version && { version: entry.version }),
    spec: entry.spec,
    resolution: entry.resolution,
    integrity: entry.integrity,
    signer: entry.signer,
    capabilities: entry.capabilities,
    installed: present.has(name),
    status: present.has(name) ? statusOf(join(scope.skillsDir, name)) : ('missing' as const),
    path: `.agents/skills/${name}`,
  }))
  return { scope: scope.kind, root: scope.root, agents: project.agents ?? [], skills }
}

const OPEN = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const head = Buffer.alloc(6)

function statusOf(folder: string): ListedStatus {
  let fd: number | undefined
  try {
    fd = openSync(join(folder, 'SKILL.md'), OPEN)
    const text = head.toString('utf8', 0, readSync(fd, head, 0, head.length, 0))
    if (text === '') return 'skill_md_empty'
    return text.replace('\uFEFF', '').startsWith('---') ? 'ok' : 'skill_md_broken'
  } catch (error) {
    const errno = errnoOf(error)
    return errno === 'ENOENT' || errno === 'ENOTDIR' ? 'skill_md_missing' : 'skill_md_broken'
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Names of the folders in the shared folder; none when it does not exist. */
export function foldersIn(scope: Scope): readonly string[] {
  try {
    return readdirSync(scope.skillsDir)
  } catch {
    return []
  }
}
