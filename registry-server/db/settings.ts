// Values that all servers on one database share.
import type { Database } from './database.ts'

/** The value of the key; when there is none yet, the given one, which is kept. */
export async function settingOr(db: Database, key: string, fresh: () => string): Promise<string> {
  const read = () => db.one<{ value: string }>('SELECT value FROM settings WHERE key = ?', [key])
  const known = await read()
  if (known) return known.value
  await db.run('INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO NOTHING', [key, fresh()])
  return (await read())?.value ?? ''
}

/** True when the database answers. */
export async function isAnswering(db: Database): Promise<boolean> {
  return (await db.one('SELECT 1 AS one')) !== undefined
}
