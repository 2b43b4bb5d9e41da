// People and machines that have an account.
import type { Database } from './database.ts'

export interface UserRow {
  readonly id: number
  readonly name: string
  /** 1: may do everything, in every scope. */
  readonly admin: number
}

/** The user, unless he was disabled. */
export function findUser(db: Database, name: string): Promise<UserRow | undefined> {
  return db.one('SELECT id, name, admin FROM users WHERE name = ? AND disabled_at IS NULL', [name])
}

/** Makes the user; undefined when the name is taken. */
export async function insertUser(
  tx: Database,
  user: { readonly name: string; readonly admin: boolean; readonly at: string },
): Promise<UserRow | undefined> {
  const { changes } = await tx.run(
    'INSERT INTO users (name, admin, created_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING',
    [user.name, user.admin ? 1 : 0, user.at],
  )
  return changes > 0 ? findUser(tx, user.name) : undefined
}

/** The user, disabled or not. */
export function findAnyUser(db: Database, name: string): Promise<UserRow | undefined> {
  return db.one('SELECT id, name, admin FROM users WHERE name = ?', [name])
}

/** Since when he may nothing any more, or (null) that he may again. */
export async function setDisabled(tx: Database, userId: number, at: string | null): Promise<void> {
  await tx.run('UPDATE users SET disabled_at = ? WHERE id = ?', [at, userId])
}

export interface UserListRow {
  readonly name: string
  readonly admin: number
  readonly createdAt: string
  readonly disabledAt: string | null
}

/** Everybody, by name. */
export function listUsers(db: Database): Promise<UserListRow[]> {
  return db.all(
    `SELECT name, admin, created_at AS "createdAt", disabled_at AS "disabledAt" FROM users ORDER BY name`,
  )
}

/** Whether anybody has an account. */
export async function hasUsers(db: Database): Promise<boolean> {
  return (await db.one('SELECT 1 AS one FROM users LIMIT 1')) !== undefined
}

/** When the first account was made; undefined when there is none. */
export async function firstUserAt(db: Database): Promise<string | undefined> {
  const row = await db.one<{ at: string | null }>('SELECT MIN(created_at) AS at FROM users')
  return row?.at ?? undefined
}
