// Which versions the tags of a repository name.
import type { Database } from './database.ts'

/** Every tag of the repository that names a version of the skill, in the order of the tags. */
export async function floatingTags(
  db: Database,
  repositoryId: number,
  skillId: number,
): Promise<{ name: string; version: string }[]> {
  return db.all(
    `SELECT t.name, v.version FROM tags t JOIN versions v ON v.digest = t.digest AND v.skill_id = ?
     WHERE t.repository_id = ? ORDER BY t.name LIMIT 5000`,
    [skillId, repositoryId],
  )
}
