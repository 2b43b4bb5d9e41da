// Versions that an operator took out: the number, why and when; nothing of the content.
import type { Database } from './database.ts'

export interface RemovalRow {
  readonly version: string
  readonly digest: string
  readonly reason: string
  readonly removedAt: string
}

const COLUMNS = 'SELECT version, digest, reason, removed_at AS "removedAt" FROM removals'
const LISTED = 1000

/** Keeps that the version was taken out. */
export async function insertRemoval(
  tx: Database,
  removal: RemovalRow & { readonly skillId: number; readonly actor: string },
): Promise<void> {
  await tx.run(
    'INSERT INTO removals (skill_id, version, digest, reason, actor, removed_at) VALUES (?, ?, ?, ?, ?, ?)',
    [removal.skillId, removal.version, removal.digest, removal.reason, removal.actor, removal.removedAt],
  )
}

/** The removal of that version. */
export function findRemoval(db: Database, skillId: number, version: string): Promise<RemovalRow | undefined> {
  return db.one(`${COLUMNS} WHERE skill_id = ? AND version = ?`, [skillId, version])
}

/** The removal of a version of the skill that was this manifest. */
export function findRemovedDigest(
  db: Database,
  name: string,
  digest: string,
): Promise<RemovalRow | undefined> {
  return db.one(
    `SELECT r.version, r.digest, r.reason, r.removed_at AS "removedAt"
     FROM removals r JOIN skills s ON s.id = r.skill_id WHERE r.digest = ? AND s.name = ?`,
    [digest, name],
  )
}

/** What was taken out of the skill, the last first. */
export function listRemovals(db: Database, skillId: number): Promise<RemovalRow[]> {
  return db.all(`${COLUMNS} WHERE skill_id = ? ORDER BY removed_at DESC, version LIMIT ${LISTED}`, [skillId])
}
