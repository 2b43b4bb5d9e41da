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

/** Whether anybody has an account. */
export async function hasUsers(db: Database): Promise<boolean> {
  return (await db.one('SELECT 1 AS one FROM users LIMIT 1')) !== undefined
}
