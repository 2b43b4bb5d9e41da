// Downloads by skill and day. Counted in bulk: see services/downloads.ts.
import type { Database } from './database.ts'

/** Adds to the day and to the skill's total; false when there is no such skill. */
export async function addDownloads(
  db: Database,
  { name, day, count }: { name: string; day: string; count: number },
): Promise<{ id: number; downloads: number; search_rank: number | null } | undefined> {
  const row = await db.one<{ id: number; downloads: number; search_rank: number | null }>(
    'UPDATE skills SET downloads = downloads + ? WHERE name = ? RETURNING id, downloads, search_rank',
    [count, name],
  )
  if (!row) return undefined
  await db.run(
    `INSERT INTO downloads (skill_id, day, count) VALUES (?, ?, ?)
     ON CONFLICT (skill_id, day) DO UPDATE SET count = downloads.count + excluded.count`,
    [row.id, day, count],
  )
  return row
}

/** From the day on, oldest first; days without a download are absent. */
export async function listDownloads(
  db: Database,
  skillId: number,
  since: string,
): Promise<{ day: string; count: number }[]> {
  return db.all('SELECT day, count FROM downloads WHERE skill_id = ? AND day >= ? ORDER BY day', [
    skillId,
    since,
  ])
}
