// The audit table: every write, in the transaction that it describes. Rows are only added.
import type { Database } from './database.ts'

export interface AuditEvent {
  readonly at: string
  readonly actor: string
  /** `manifest.put`, `token.create`, … */
  readonly action: string
  /** What it was done to: a repository, `@scope`, a user. */
  readonly target: string
  /** JSON-safe; never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly requestId: string
}

/** Writes the event beside what it describes. */
export async function recordAudit(tx: Database, event: AuditEvent): Promise<void> {
  await tx.run(
    'INSERT INTO audit (at, actor, action, target, details, request_id) VALUES (?, ?, ?, ?, ?, ?)',
    [event.at, event.actor, event.action, event.target, JSON.stringify(event.details ?? {}), event.requestId],
  )
}

/** The newest events about a target, or about everything. */
export async function listAudit(
  db: Database,
  { target, limit = 100 }: { readonly target?: string; readonly limit?: number } = {},
): Promise<AuditEvent[]> {
  const columns = 'SELECT at, actor, action, target, details, request_id AS "requestId" FROM audit'
  const rows =
    target === undefined
      ? await db.all<AuditEvent & { details: string }>(`${columns} ORDER BY id DESC LIMIT ?`, [limit])
      : await db.all<AuditEvent & { details: string }>(
          `${columns} WHERE target = ? ORDER BY id DESC LIMIT ?`,
          [target, limit],
        )
  return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as Record<string, unknown> }))
}
