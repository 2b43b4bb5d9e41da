// The databases that the registry server runs on: the same tests hold on each, `describe.each(DATABASES)`.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { need } from './need.ts'
import { type PostgresServer, startPostgres } from './postgres.ts'

export interface TestDatabase {
  readonly name: string
  readonly skip: boolean
  /** The URL of a new, empty database; it goes when the test file ends. */
  readonly create: () => Promise<string>
}

let server: Promise<PostgresServer> | undefined
const folders: string[] = []

export const DATABASES: readonly TestDatabase[] = [
  {
    name: 'sqlite',
    skip: false,
    create: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'registry-db-'))
      folders.push(folder)
      return `sqlite:${join(folder, 'registry.sqlite')}`
    },
  },
  {
    name: 'postgres',
    skip: need('postgres') !== undefined,
    create: async () => {
      server ??= startPostgres()
      return (await server).createDatabase()
    },
  },
]

/** Call once at the top of a test file that uses `DATABASES`. */
export function cleanDatabases(): void {
  afterAll(async () => {
    await (await server)?.stop()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })
}
