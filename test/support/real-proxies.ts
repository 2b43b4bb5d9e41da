// squid and dante on free ports of 127.0.0.1, each with a configuration, a user and a folder of its own. Look with
// `need('proxy')` before you start one.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findProgram } from './need.ts'

export const USER = 'some one'
export const PASSWORD = 'pass:w@rd/'

export interface RealProxy {
  /** `127.0.0.1:<port>` */
  readonly host: string
  close(): Promise<void>
}

/** An HTTP proxy with a password, whose name service is a file: every name of `hosts` is this machine. */
export async function startSquid(hosts: readonly string[]): Promise<RealProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'squid-'))
  chmodSync(folder, 0o777)
  const port = await freePort()
  const at = (name: string): string => join(folder, name)
  writeFileSync(at('hosts'), hosts.map((host) => `127.0.0.1 ${host}\n`).join(''))
  // squid asks with both words in a line, and writes a blank within one as a percent escape.
  const line = `${USER.replaceAll(' ', '%20')} ${PASSWORD}`
  writeFileSync(
    at('check'),
    `#!/bin/sh\nwhile read -r line; do [ "$line" = '${line}' ] && echo OK || echo ERR; done\n`,
  )
  chmodSync(at('check'), 0o755)
  const config = [
    `http_port 127.0.0.1:${port}`,
    `hosts_file ${at('hosts')}`,
    `auth_param basic program ${at('check')}`,
    'auth_param basic children 1 startup=1',
    'auth_param basic realm test',
    'acl known proxy_auth REQUIRED',
    'http_access allow known',
    'http_access deny all',
    'cache deny all',
    'access_log none',
    `cache_log ${at('log')}`,
    'pid_filename none',
    `coredump_dir ${folder}`,
    'pinger_enable off',
    'shutdown_lifetime 0 seconds',
    'visible_hostname squid.test',
  ]
  writeFileSync(at('conf'), `${config.join('\n')}\n`)
  // By its name the shared memory of this one is told from that of others.
  return started('squid', ['-N', '-n', `test${port}`, '-f', at('conf')], { folder, port })
}

/** A SOCKS5 proxy without a password. */
export async function startDante(): Promise<RealProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'dante-'))
  const port = await freePort()
  const me = userInfo().username
  const config = [
    `logoutput: ${join(folder, 'log')}`,
    `internal: 127.0.0.1 port = ${port}`,
    'external: 127.0.0.1',
    'socksmethod: none',
    'clientmethod: none',
    `user.privileged: ${me}`,
    `user.unprivileged: ${me}`,
    'client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }',
    'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }',
  ]
  writeFileSync(join(folder, 'conf'), `${config.join('\n')}\n`)
  return started('danted', ['-f', join(folder, 'conf'), '-p', join(folder, 'pid')], { folder, port })
}

async function started(
  name: string,
  args: readonly string[],
  { folder, port }: { readonly folder: string; readonly port: number },
): Promise<RealProxy> {
  const program = findProgram(name)
  if (program === undefined) throw new Error(`${name} is not installed`)
  // A group of its own: both start processes beside them.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
  // Not by SIGKILL: squid takes its shared memory away itself.
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    } catch {}
  }
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()))
  const close = async (): Promise<void> => {
    kill()
    await ended
    process.off('exit', kill)
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await isOpen(port)); attempt++) {
    if (attempt < 400 && child.exitCode === null) await wait(50)
    else {
      await close()
      throw new Error(`${name} did not start: ${said}`)
    }
  }
  return { host: `127.0.0.1:${port}`, close }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (open: boolean): void => {
      socket.destroy()
      resolve(open)
    }
    socket.once('connect', () => done(true))
    socket.once('error', () => done(false))
  })
}
