// What the ledger keeps of a change: who granted what to which content, where and when. Written before the change.
import { userInfo } from 'node:os'
import type { Capabilities } from '../capabilities/capabilities.ts'
import { openLedger } from '../ledger/ledger.ts'
import type { Decided } from './decide-grants.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'
import type { Workspace } from './workspace.ts'

type Action = 'grant' | 'revoke' | 'install' | 'update' | 'remove'

interface Entry {
  readonly action: Action
  readonly skill: string
  readonly integrity: string
  readonly details: Readonly<Record<string, unknown>>
}

/** Records the answers that were given now, and every skill whose content is new in the lock. */
export async function recordAll(
  decided: readonly Decided[],
  { scope, lock }: Workspace,
  io: Io,
): Promise<void> {
  const entries = decided.flatMap(({ candidate, granted, answered }): Entry[] => {
    const { integrity } = granted.verified
    const before = lock.skills[candidate.name]
    const subject = { skill: candidate.name, integrity }
    const changed: Entry[] =
      before?.integrity === integrity
        ? []
        : [
            {
              action: before ? 'update' : 'install',
              ...subject,
              details: { resolution: candidate.resolution },
            },
          ]
    const grant: Entry[] = answered ? [grantEntry(subject, granted.grant)] : []
    return [...grant, ...changed]
  })
  await record(entries, scope, io)
}

export async function recordGrant(
  skill: { readonly name: string; readonly integrity: string },
  { action, grant }: { readonly action: 'grant' | 'revoke'; readonly grant: Capabilities },
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): Promise<void> {
  await record(
    [{ ...grantEntry({ skill: skill.name, integrity: skill.integrity }, grant), action }],
    scope,
    io,
  )
}

export async function recordRemovals(
  names: readonly string[],
  { scope, lock }: Workspace,
  io: Io,
): Promise<void> {
  const entries = names.map((skill): Entry => ({
    action: 'remove',
    skill,
    integrity: lock.skills[skill]?.integrity ?? '',
    details: {},
  }))
  await record(entries, scope, io)
}

/** How the ledger names a scope: the project's root, or `global`. */
export function ledgerScope(scope: Scope): string {
  return scope.kind === 'global' ? 'global' : scope.root
}

function grantEntry(
  subject: { readonly skill: string; readonly integrity: string },
  capabilities: Capabilities,
): Entry {
  return { action: 'grant', ...subject, details: { capabilities } }
}

async function record(entries: readonly Entry[], scope: Scope, io: Io): Promise<void> {
  if (entries.length === 0) return
  const ledger = await openLedger(io.settings.dataDir)
  try {
    const common = { at: io.now().toISOString(), actor: actor(), scope: ledgerScope(scope) }
    ledger.recordAll(entries.map((entry) => ({ ...common, ...entry })))
  } finally {
    ledger.close()
  }
}

function actor(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown'
  }
}
