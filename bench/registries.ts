// The registries of the bench, each a process of its own with storage of its own: ours as it is built, Debian's
// docker-registry, and a bare server that only repeats answers.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startDockerRegistry } from '../test/support/docker-registry.ts'
import { findProgram } from '../test/support/need.ts'
import { type PostgresServer, startPostgres } from '../test/support/postgres.ts'
import { type Bench, cleanEnv, fresh } from './context.ts'
import type { Load } from './wrk.ts'

export interface BenchRegistry {
  /** No slash at the end. */
  readonly origin: string
  /** What a push has to show; empty where nothing is asked. */
  readonly token: string
  readonly stop: () => Promise<void>
}

/** `skills registry serve` on an empty folder, or on an empty PostgreSQL database; its log goes to a file. */
export async function startOwn(bench: Bench, database?: string): Promise<BenchRegistry> {
  const data = fresh(bench, 'registry')
  const log = join(data, 'log')
  const args = [bench.main, 'registry', 'serve', '--port', '0', '--trust-proxy', '--data', join(data, 'data')]
  if (database !== undefined) args.push('--database', database)
  const output = openSync(log, 'w')
  const child = spawn(bench.node, args, {
    cwd: data,
    env: cleanEnv(join(data, 'home')),
    stdio: ['ignore', 'ignore', output],
  })
  closeSync(output)
  const said = await textUntil(child, () => readFileSync(log, 'utf8'), /^Registry at \S+, /m)
  const [, token = ''] = /(skw_\S+)/.exec(said) ?? []
  const [, origin = ''] = /^Registry at ([^\s,]+)/m.exec(said) ?? []
  return { origin, token, stop: () => stop(child) }
}

/** Debian's docker-registry, without a password and with its own durability. */
export async function startDocker(): Promise<BenchRegistry> {
  const registry = await startDockerRegistry()
  return { origin: `http://${registry.host}`, token: '', stop: () => registry.close() }
}

/** Bare `node:http` with the answers that the registry gives to the load now. */
export async function startBare(bench: Bench, registry: BenchRegistry, load: Load): Promise<BenchRegistry> {
  const cwd = fresh(bench, 'bare')
  const file = join(cwd, 'paths')
  writeFileSync(file, load.paths.join('\n'))
  const script = fileURLToPath(new URL('anchor-http.js', import.meta.url))
  const args = [script, registry.origin, file, load.headers?.accept ?? '*/*']
  const child = spawn(bench.node, args, {
    cwd,
    env: cleanEnv(join(cwd, 'home')),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const origin = (await textUntil(child, () => said, /^http:\S+\n/)).trim()
  return { origin, token: '', stop: () => stop(child) }
}

/** Ours on a PostgreSQL that is as durable as it is by default; undefined where none is installed. */
export async function startOwnOnPostgres(bench: Bench): Promise<BenchRegistry | undefined> {
  if (findProgram('initdb') === undefined || findProgram('postgres') === undefined) return undefined
  const postgres: PostgresServer = await startPostgres({ durable: true })
  try {
    const own = await startOwn(bench, postgres.createDatabase())
    return { ...own, stop: () => own.stop().finally(() => postgres.stop()) }
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

/** What the program has said once the line is there. */
async function textUntil(child: ChildProcess, said: () => string, line: RegExp): Promise<string> {
  process.once('exit', () => child.kill('SIGKILL'))
  while (!line.test(said())) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(`${child.spawnargs.slice(1, 4).join(' ')} did not start: ${said().slice(-400)}`)
    }
    await wait(20)
  }
  return said()
}

function stop(child: ChildProcess): Promise<void> {
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  return child.exitCode === null && child.signalCode === null ? ended : Promise.resolve()
}
