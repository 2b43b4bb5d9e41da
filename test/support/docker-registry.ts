// Debian's docker-registry (distribution 2.8) on a free port of 127.0.0.1 with storage of its own: anonymous, with a
// password file, or with tokens that the test itself issues. Look with `need('oci')` before you start one.
import { execFileSync, spawn } from 'node:child_process'
import { createSign, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, createServer as createNetServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { findProgram } from './need.ts'

export const USER = 'someone'
export const PASSWORD = 'wordpass'
/** bcrypt of the password, as `htpasswd -B` writes it. */
const HTPASSWD = `${USER}:$2b$05$abcdefghijklmnopqrstuufDhcvRR2DNYpmWgEgaD14q3QMkTYfIC\n`

export interface DockerRegistryOptions {
  readonly auth?: 'htpasswd' | 'token'
  /** Deleting is on unless told otherwise. */
  readonly delete?: boolean
}

export interface DockerRegistry {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** Requests that the token service got, with `auth: 'token'`. */
  readonly tokenRequests: readonly string[]
  close(): Promise<void>
}

export async function startDockerRegistry(options: DockerRegistryOptions = {}): Promise<DockerRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-registry-'))
  const tokens = options.auth === 'token' ? await startTokenService(folder) : undefined
  const port = await freePort()
  const config = join(folder, 'config.yml')
  writeFileSync(config, configText({ folder, port, options, realm: tokens?.realm }))
  const program = findProgram('docker-registry') ?? findProgram('registry')
  if (program === undefined) throw new Error('docker-registry is not installed')
  const child = spawn(program, ['serve', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH },
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-4000)))
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    kill()
    await ended
    process.off('exit', kill)
    await tokens?.close()
    rmSync(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; !(await isOpen(port)); attempt++) {
    if (attempt < 200 && child.exitCode === null) await wait(50)
    else {
      await close()
      throw new Error(`docker-registry did not start: ${said}`)
    }
  }
  return { host: `127.0.0.1:${port}`, tokenRequests: tokens?.requests ?? [], close }
}

interface Config {
  readonly folder: string
  readonly port: number
  readonly options: DockerRegistryOptions
  readonly realm: string | undefined
}

function configText({ folder, port, options, realm }: Config): string {
  const auth =
    options.auth === 'htpasswd'
      ? { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } }
      : options.auth === 'token'
        ? {
            token: {
              realm,
              service: 'test-registry',
              issuer: 'test-issuer',
              rootcertbundle: join(folder, 'cert.pem'),
            },
          }
        : undefined
  if (options.auth === 'htpasswd') writeFileSync(join(folder, 'htpasswd'), HTPASSWD)
  // JSON is YAML.
  return JSON.stringify({
    version: 0.1,
    log: { level: 'error' },
    storage: {
      filesystem: { rootdirectory: join(folder, 'data') },
      delete: { enabled: options.delete !== false },
    },
    http: { addr: `127.0.0.1:${port}`, secret: 'test' },
    ...(auth && { auth }),
  })
}

/** A token service as registries have it: Basic or anonymous in, a signed token for the asked scopes out. */
async function startTokenService(
  folder: string,
): Promise<{ realm: string; requests: string[]; close(): Promise<void> }> {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=test', '-days', '2', '-nodes', '-newkey', 'rsa:2048']
  execFileSync(
    findProgram('openssl') ?? 'openssl',
    ['req', '-x509', ...subject, '-keyout', key, '-out', cert],
    { stdio: 'ignore' },
  )
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    answerToken(request, response, { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requests,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answerToken(
  request: IncomingMessage,
  response: ServerResponse,
  { key, cert }: { readonly key: string; readonly cert: string },
): void {
  const wanted = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`
  const known = request.headers.authorization === wanted
  if (request.headers.authorization !== undefined && !known) {
    response.writeHead(401).end()
    return
  }
  const scopes = new URL(request.url ?? '/', 'http://localhost').searchParams.getAll('scope')
  // Anonymous may pull what is below public/.
  const access = scopes.flatMap((scope) => {
    const [type, name = '', actions = ''] = scope.split(':')
    const granted = known ? actions.split(',') : name.startsWith('public/') ? ['pull'] : []
    return granted.length > 0 ? [{ type, name, actions: granted }] : []
  })
  const now = Math.floor(Date.now() / 1000)
  const chain = [new X509Certificate(cert).raw.toString('base64')]
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    iss: 'test-issuer',
    aud: 'test-registry',
    sub: USER,
    iat: now,
    nbf: now - 10,
    exp: now + 300,
    access,
  }
  const text = `${part({ typ: 'JWT', alg: 'RS256', x5c: chain })}.${part(claims)}`
  const token = `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ token, expires_in: 300 }))
}

async function freePort(): Promise<number> {
  const server = createNetServer()
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
