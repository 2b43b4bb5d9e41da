// Everything known of one installed skill: its lock entry, its content, its links and its history.
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Diagnostic } from '../errors/diagnostic.ts'
import { sha256Hex } from '../integrity/digest.ts'
import { openLedger } from '../ledger/ledger.ts'
import type { LockEntry } from '../lock/lockfile.ts'
import type { CapabilityRequest } from '../manifest/request.ts'
import type { Io, ScopeRequest } from './io.ts'
import { list, type ListedSkill } from './list.ts'
import { agentDirs } from './project-links.ts'
import { ledgerScope } from './record.ts'
import { knownNames } from './remove.ts'
import { findScope, type Scope } from './scope.ts'
import { readLockedContent } from './skill-content.ts'
import { verifyLedger } from './verify-ledger.ts'
import { readWorkspace, requireProject } from './workspace.ts'
import { displayText } from '../platform/text.ts'
import { SkillsError } from '../errors/error.ts'

export interface InfoRequest extends ScopeRequest {
  readonly name: string
}

export interface InfoResult extends ListedSkill {
  readonly description: string
  readonly license?: string
  readonly compatibility?: string
  /** Absent, like `files`, when neither the copy nor the store has the locked content. */
  readonly request?: CapabilityRequest
  readonly files: readonly { readonly path: string; readonly bytes: number; readonly sha256: string }[]
  /** Places in agents' folders, relative to the root (absolute in the global scope). */
  readonly links: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
  /** From this user's ledger, newest first; empty when it was installed elsewhere. */
  readonly history: readonly { readonly at: string; readonly actor: string; readonly action: string }[]
}

/** @throws skill_not_found with the closest name */
export async function info({ name, global }: InfoRequest, io: Io): Promise<InfoResult> {
  const scope = findScope(io.settings, global)
  const workspace = await readWorkspace(scope, io, { looks: true })
  requireProject(workspace)
  knownNames([name], workspace)
  const entry = workspace.lock.skills[name]
  const listed = (await list({ ...(global && { global }) }, io)).skills.find((skill) => skill.name === name)
  if (!entry || !listed) {
    throw new SkillsError('skill_not_found', `"${name}" is in skills.json but not locked yet`, {
      hint: 'run "skills install"',
      details: { name },
    })
  }
  const content = readLockedContent(name, entry, { scope, io })
  const dirs = agentDirs(scope, workspace.project, io.settings)
  return {
    ...listed,
    description: content?.manifest.description ?? '',
    ...(content?.manifest.skill.license && { license: content.manifest.skill.license }),
    ...(content?.manifest.skill.compatibility && { compatibility: content.manifest.skill.compatibility }),
    ...(content && { request: content.request }),
    files: (content?.files ?? []).map(({ path, bytes }) => ({
      path,
      bytes: bytes.length,
      sha256: sha256Hex(bytes),
    })),
    links: dirs
      .map((dir) => `${dir}/${name}`)
      .filter((path) => {
        const place = resolve(scope.root, path)
        return place !== join(scope.skillsDir, name) && existsSync(place)
      }),
    diagnostics: content?.diagnostics ?? [],
    history: await history(name, entry, { scope, io }),
  }
}

async function history(
  name: string,
  _entry: LockEntry,
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): Promise<InfoResult['history']> {
  const check = await verifyLedger(io)
  if (check.status === 'none') return []
  if (check.status === 'broken' || check.status === 'unchecked') {
    io.notice({
      code: `ledger_${check.status}`,
      message: `the history is left out, because the ledger cannot be relied on: ${displayText(check.reason)}`,
      hint: 'see "skills verify --ledger-only"',
    })
    return []
  }
  const ledger = await openLedger(io.settings.dataDir)
  try {
    return ledger
      .list({ skill: name, scope: ledgerScope(scope) })
      .map(({ at, actor, action }) => ({ at, actor, action }))
      .toReversed()
  } finally {
    ledger.close()
  }
}
