// Scopes, the first part of every repository's name, and who is what in them. Names without the `@`.
import type { Role } from '../../src/registry/protocol.ts'
import type { Database } from './database.ts'

export interface ScopeRow {
  readonly id: number
  readonly name: string
  readonly public: number
  readonly createdAt: string
}

const COLUMNS = 'SELECT id, name, public, created_at AS "createdAt" FROM scopes'

/** The scope of that name. */
export function findScope(db: Database, name: string): Promise<ScopeRow | undefined> {
  return db.one(`${COLUMNS} WHERE name = ?`, [name])
}

/** Makes the scope; undefined when it is there. */
export async function insertScope(
  tx: Database,
  scope: { readonly name: string; readonly public: boolean; readonly at: string },
): Promise<ScopeRow | undefined> {
  const { changes } = await tx.run(
    'INSERT INTO scopes (name, public, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING',
    [scope.name, scope.public ? 1 : 0, scope.at],
  )
  return changes > 0 ? findScope(tx, scope.name) : undefined
}

/** Who may read the scope without being a member. */
export async function setScopePublic(tx: Database, scopeId: number, open: boolean): Promise<void> {
  await tx.run('UPDATE scopes SET public = ? WHERE id = ?', [open ? 1 : 0, scopeId])
}

/** What the user is in the scope. */
export async function roleIn(db: Database, scopeId: number, userId: number): Promise<Role | undefined> {
  const sql = 'SELECT role FROM members WHERE scope_id = ? AND user_id = ?'
  return (await db.one<{ role: Role }>(sql, [scopeId, userId]))?.role
}

/** Members by name. */
export function listMembers(db: Database, scopeId: number): Promise<{ user: string; role: Role }[]> {
  return db.all(
    `SELECT u.name AS "user", m.role FROM members m JOIN users u ON u.id = m.user_id
     WHERE m.scope_id = ? ORDER BY u.name`,
    [scopeId],
  )
}

/** Owners of the scope, and how many of them are not disabled. */
export async function countOwners(db: Database, scopeId: number): Promise<{ all: number; enabled: number }> {
  const row = await db.one<{ all: number; enabled: number }>(
    `SELECT count(*) AS "all", count(CASE WHEN u.disabled_at IS NULL THEN 1 END) AS enabled
     FROM members m JOIN users u ON u.id = m.user_id WHERE m.scope_id = ? AND m.role = 'owner'`,
    [scopeId],
  )
  return { all: row?.all ?? 0, enabled: row?.enabled ?? 0 }
}

/** The user's scopes by name. */
export function scopesOf(db: Database, userId: number): Promise<{ name: string; role: Role }[]> {
  return db.all(
    'SELECT s.name, m.role FROM members m JOIN scopes s ON s.id = m.scope_id WHERE m.user_id = ? ORDER BY s.name',
    [userId],
  )
}

/** Makes the user a member in that role. */
export async function setMember(
  tx: Database,
  member: { readonly scopeId: number; readonly userId: number; readonly role: Role },
): Promise<void> {
  await tx.run(
    `INSERT INTO members (scope_id, user_id, role) VALUES (?, ?, ?)
     ON CONFLICT (scope_id, user_id) DO UPDATE SET role = excluded.role`,
    [member.scopeId, member.userId, member.role],
  )
}

/** Removes the member; whether he was one. */
export async function deleteMember(tx: Database, scopeId: number, userId: number): Promise<boolean> {
  const sql = 'DELETE FROM members WHERE scope_id = ? AND user_id = ?'
  return (await tx.run(sql, [scopeId, userId])).changes > 0
}
