// Brings a database's schema up to date, forward only, under a lock that other starting servers wait for.
import { SkillsError } from '../../src/errors/error.ts'
import type { Database, Migration } from './database.ts'
import { BOUNDS } from './migrations/bounds.ts'
import { CATALOGUE } from './migrations/catalogue.ts'
import { CORE } from './migrations/core.ts'

/** In order. Never change, rename or reorder one that was released: add the next. */
export const MIGRATIONS: readonly Migration[] = [CORE, CATALOGUE, BOUNDS]

/**
 * Runs what is missing, in one transaction.
 * @throws database_invalid when a newer version of the program wrote the database
 */
export async function migrate(db: Database, migrations: readonly Migration[] = MIGRATIONS): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.lock('migrations')
    await tx.run('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, at TEXT NOT NULL)')
    const done = new Set(
      (await tx.all<{ name: string }>('SELECT name FROM migrations')).map(({ name }) => name),
    )
    const known = new Set(migrations.map(({ name }) => name))
    const foreign = [...done].find((name) => !known.has(name))
    if (foreign !== undefined) {
      throw new SkillsError(
        'database_invalid',
        `The database has the step ${foreign}, which this version does not know`,
        {
          hint: 'update skillward',
        },
      )
    }
    for (const { name, sql, fill } of migrations) {
      if (done.has(name)) continue
      for (const statement of sql(tx.kind)) await tx.run(statement)
      await fill?.(tx)
      await tx.run('INSERT INTO migrations (name, at) VALUES (?, ?)', [name, new Date().toISOString()])
    }
  })
}
