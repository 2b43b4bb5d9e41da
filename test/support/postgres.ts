// A PostgreSQL server of the test's own, on a socket in a temporary directory.
import { spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from './need.ts'

export interface PostgresServer {
  /** A new, empty database. */
  createDatabase(): string
  stop(): Promise<void>
}

/** PostgreSQL refuses to run as root. */
function account(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

/** Starts a server, for tests one without durability. Ask `need('postgres')` first. */
export async function startPostgres({
  durable = false,
}: { readonly durable?: boolean } = {}): Promise<PostgresServer> {
  const as = account()
  const folder = mkdtempSync(join(tmpdir(), 'pg-'))
  if (as) chownSync(folder, as.uid, as.gid)
  const data = join(folder, 'data')
  const options = { ...as, cwd: folder, encoding: 'utf8' as const }
  const made = spawnSync(
    findProgram('initdb') ?? 'initdb',
    ['-D', data, '-U', 'skillward', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'],
    options,
  )
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${folder}`,
    `fsync=${durable ? 'on' : 'off'}`,
    'max_connections=60',
  ]
  const child = spawn(
    findProgram('postgres') ?? 'postgres',
    ['-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    { ...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('ready to accept connections')) resolve()
    })
    child.once('close', () => reject(new Error(`postgres ended: ${said}`)))
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let count = 0
  return {
    createDatabase() {
      const name = `test_${++count}`
      const created = spawnSync(
        findProgram('createdb') ?? 'createdb',
        ['-h', folder, '-U', 'skillward', name],
        options,
      )
      if (created.status !== 0) throw new Error(`createdb: ${created.stderr}`)
      return `postgres://skillward@/${name}?host=${encodeURIComponent(folder)}`
    },
    async stop() {
      child.kill('SIGINT')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
