// Tokens, known by the SHA-256 of their text alone.
import type { Database } from './database.ts'

export interface TokenRow {
  readonly id: string
  readonly userId: number | null
  readonly publisherId: number | null
  readonly name: string
  /** JSON list of permissions. */
  readonly permissions: string
  /** Who acts with it, in the audit table. */
  readonly actor: string
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

/** A token that still holds, with its user. */
export interface TokenHolder extends TokenRow {
  readonly user: string | null
  readonly admin: number | null
}

const COLUMNS = `SELECT t.id, t.user_id AS "userId", t.publisher_id AS "publisherId", t.name, t.permissions, t.actor,
  t.created_at AS "createdAt", t.expires_at AS "expiresAt", t.last_used_at AS "lastUsedAt"`
const HOLDER = `${COLUMNS}, u.name AS "user", u.admin FROM tokens t LEFT JOIN users u ON u.id = t.user_id
  WHERE t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ?) AND u.disabled_at IS NULL`

/** The token with that hash, if it is neither revoked nor expired and its user not disabled. */
export function findTokenByHash(db: Database, hash: string, now: string): Promise<TokenHolder | undefined> {
  return db.one(`${HOLDER} AND t.hash = ?`, [now, hash])
}

/** The same by its public id. */
export function findTokenById(db: Database, id: string, now: string): Promise<TokenHolder | undefined> {
  return db.one(`${HOLDER} AND t.id = ?`, [now, id])
}

/** Ids of a token and of all that were made with it, and with these. */
const FAMILY = `WITH RECURSIVE family(id) AS (SELECT id FROM tokens WHERE id = ?
  UNION SELECT c.id FROM tokens c JOIN family f ON c.parent = f.id) SELECT id FROM family`

export interface NewToken {
  readonly id: string
  readonly hash: string
  readonly userId: number | null
  readonly publisherId: number | null
  readonly name: string
  readonly permissions: readonly string[]
  readonly actor: string
  readonly at: string
  readonly expiresAt: string | null
  /** The token that asked for it; it ends with that one. */
  readonly parent?: string
}

/** Keeps a token. */
export async function insertToken(tx: Database, token: NewToken): Promise<void> {
  await tx.run(
    `INSERT INTO tokens (id, hash, user_id, publisher_id, name, permissions, actor, created_at, expires_at, parent)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      token.id,
      token.hash,
      token.userId,
      token.publisherId,
      token.name,
      JSON.stringify(token.permissions),
      token.actor,
      token.at,
      token.expiresAt,
      token.parent ?? null,
    ],
  )
}

/** The user's tokens that hold, newest first; with `made`, only that one and those made with it. */
export function listTokens(
  db: Database,
  { userId, now, made }: { readonly userId: number; readonly now: string; readonly made?: string },
): Promise<TokenRow[]> {
  const own = made === undefined ? '' : `AND t.id IN (${FAMILY})`
  return db.all(
    `${COLUMNS} FROM tokens t WHERE t.user_id = ? ${own} AND t.revoked_at IS NULL
     AND (t.expires_at IS NULL OR t.expires_at > ?) ORDER BY t.created_at DESC, t.id LIMIT 1000`,
    [userId, ...(made === undefined ? [] : [made]), now],
  )
}

/** Revokes a token of the user, and all that were made with it; whether there was one. */
export async function revokeToken(
  tx: Database,
  { id, userId, at }: { readonly id: string; readonly userId: number; readonly at: string },
): Promise<boolean> {
  const sql = 'UPDATE tokens SET revoked_at = ? WHERE id = ? AND user_id = ? AND revoked_at IS NULL'
  if ((await tx.run(sql, [at, id, userId])).changes === 0) return false
  await tx.run(`UPDATE tokens SET revoked_at = ? WHERE revoked_at IS NULL AND id IN (${FAMILY})`, [at, id])
  return true
}

/** Notes that the tokens were used. */
export async function touchTokens(tx: Database, ids: readonly string[], at: string): Promise<void> {
  for (const id of ids) await tx.run('UPDATE tokens SET last_used_at = ? WHERE id = ?', [at, id])
}
