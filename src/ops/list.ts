// What is locked, from the lock alone, and whether it stands on disk. Reads no content.
import { readdirSync } from 'node:fs'
import type { Capabilities } from '../capabilities/capabilities.ts'
import type { Resolution } from '../sources/source.ts'
import type { Io, ScopeRequest } from './io.ts'
import { findScope, type Scope } from './scope.ts'
import { readWorkspace } from './workspace.ts'

export interface ListedSkill {
  readonly name: string
  readonly version?: string
  readonly spec: string
  readonly resolution: Resolution
  readonly integrity: string
  readonly signer: string
  readonly capabilities: Capabilities
  readonly installed: boolean
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
    path: `.agents/skills/${name}`,
  }))
  return { scope: scope.kind, root: scope.root, agents: project.agents ?? [], skills }
}

/** Names of the folders in the shared folder; none when it does not exist. */
export function foldersIn(scope: Scope): readonly string[] {
  try {
    return readdirSync(scope.skillsDir)
  } catch {
    return []
  }
}
