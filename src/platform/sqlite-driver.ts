// The SQLite driver that this Node can run. Two are optional dependencies, because no single one works everywhere: of the 13th
// the binary is in the package, so that nothing is fetched, compiled or run at its install, but it ends the process of a Node
// before 22; the 12th runs on each, and is fetched or compiled for the Node that installs it.
import type Driver from 'better-sqlite3'
import { createRequire } from 'node:module'
import { SkillsError } from '../errors/error.ts'
import { displayShort } from './text.ts'

export interface SqliteDriver {
  readonly Sqlite: typeof Driver
  /** Its main file, for a thread that loads it again. */
  readonly path: string
}

const NEWER = 'better-sqlite3-13'
const OLDER = 'better-sqlite3'
/** The first Node that runs the 13th. */
const NEWER_NODE = 22

let found: SqliteDriver | undefined

/** Loaded once. @throws driver_missing */
export function sqliteDriver(): SqliteDriver {
  return (found ??= findDriver(import.meta.url, process.versions.node))
}

/**
 * The first driver that opens a database.
 * @param from the file or URL whose `node_modules` are looked through
 * @param node a version such as `22.13.0`
 * @throws driver_missing with what was wrong with each
 */
export function findDriver(from: string, node: string): SqliteDriver {
  const require = createRequire(from)
  const isNew = Number.parseInt(node, 10) >= NEWER_NODE
  const problems: string[] = []
  for (const name of isNew ? [NEWER, OLDER] : [OLDER]) {
    try {
      const { version } = require(`${name}/package.json`) as { version: string }
      // Asked before it is loaded: what it does then is no error that could be caught.
      if (!isNew && Number.parseInt(version, 10) > 12) {
        problems.push(`${OLDER} ${displayShort(version, 40)} needs Node ${NEWER_NODE} or newer`)
        continue
      }
      const Sqlite = require(name) as typeof Driver
      // The native part loads with the first database.
      new Sqlite(':memory:').close()
      return { Sqlite, path: require.resolve(name) }
    } catch (error) {
      problems.push(problemOf(name, error))
    }
  }
  throw missing(problems, node)
}

function problemOf(name: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (/Could not locate the bindings file|Cannot find module .*\.node/.test(text))
    return `${name} has no binary`
  if (/NODE_MODULE_VERSION/.test(text)) return `${name} was installed by another version of Node`
  if (/Cannot find (?:module|package)|Qualified path resolution|isn't declared|tried to access/.test(text))
    return `${name} is not installed`
  return `${name} cannot be loaded (${displayShort(text.split('\n')[0] ?? '', 160)})`
}

function missing(problems: readonly string[], node: string): SkillsError {
  return new SkillsError(
    'driver_missing',
    `No SQLite driver can be loaded by Node ${node}: ${problems.join('; ')}`,
    {
      hint: 'install skillward again with this Node and with optional dependencies; where install scripts are off, allow that of better-sqlite3 (npm rebuild better-sqlite3; pnpm approve-builds)',
      details: { node, problems },
    },
  )
}
