// A real git host on 127.0.0.1: `git http-backend` behind node:http, serving the bare repositories of one folder.
import { execFileSync, spawn } from 'node:child_process'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

export interface GitServerOptions {
  /** Holds bare repositories: `<root>/owner/repo.git` is served as `<url>/owner/repo.git`. */
  readonly root: string
  /** Waits so long before it answers each request, for benches. */
  readonly delayMs?: number
  /** False for a server that ignores `--filter`. */
  readonly filter?: boolean
  /** False for a server that knows protocol version 0 only. */
  readonly protocol?: boolean
  /** Answers 401 without these. */
  readonly auth?: { readonly user: string; readonly password: string }
  /** Answers by itself when it returns true; for redirects and failures. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean
}

export interface GitServer {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  readonly url: string
  /** Method, path and `Authorization` of every request so far. */
  readonly seen: readonly { method: string; path: string; authorization: string | undefined }[]
  /** Requests since the last call of `reset`. */
  count(): number
  reset(): void
  close(): Promise<void>
}

let backend: string | undefined

/** Starts the host on a free port. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const seen: { method: string; path: string; authorization: string | undefined }[] = []
  let counted = 0
  const server = createServer((request, response) => {
    seen.push({
      method: request.method ?? '',
      path: request.url ?? '',
      authorization: request.headers.authorization,
    })
    counted += 1
    const answer = () => {
      if (options.intercept?.(request, response)) return
      if (!authorized(request, options.auth)) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end('who are you?')
        return
      }
      runBackend(options, request, response)
    }
    if (options.delayMs) setTimeout(answer, options.delayMs)
    else answer()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    count: () => counted,
    reset: () => {
      counted = 0
    },
    close: () => closeServer(server),
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function authorized(request: IncomingMessage, auth: GitServerOptions['auth']): boolean {
  if (!auth) return true
  const expected = Buffer.from(`${auth.user}:${auth.password}`).toString('base64')
  return request.headers.authorization === `Basic ${expected}`
}

function runBackend(options: GitServerOptions, request: IncomingMessage, response: ServerResponse): void {
  backend ??= join(execFileSync('git', ['--exec-path']).toString().trim(), 'git-http-backend')
  const url = new URL(request.url ?? '/', 'http://localhost')
  const header = (name: string) => {
    const value = request.headers[name]
    return typeof value === 'string' ? value : ''
  }
  // CGI: http-backend inflates a gzip'd body itself, and reads to the end when no length is given.
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'uploadpack.allowFilter',
    GIT_CONFIG_VALUE_0: String(options.filter ?? true),
    GIT_CONFIG_KEY_1: 'safe.directory',
    GIT_CONFIG_VALUE_1: '*',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: header('content-type'),
    HTTP_CONTENT_ENCODING: header('content-encoding'),
    GIT_PROTOCOL: options.protocol === false ? '' : header('git-protocol'),
  }
  if (header('content-length')) env.CONTENT_LENGTH = header('content-length')
  const child = spawn(backend, [], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  request.pipe(child.stdin)
  child.stdin.on('error', () => {})
  child.on('error', () => response.destroy())
  let head = Buffer.alloc(0)
  let started = false
  child.stdout.on('data', (chunk: Buffer) => {
    if (started) {
      if (!response.write(chunk)) {
        child.stdout.pause()
        response.once('drain', () => child.stdout.resume())
      }
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end === -1) return
    started = true
    let status = 200
    for (const line of head.subarray(0, end).toString('latin1').split('\r\n')) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon)
      const value = line.slice(colon + 1).trim()
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
      else response.setHeader(name, value)
    }
    response.writeHead(status)
    response.write(head.subarray(end + 4))
  })
  child.stdout.on('end', () => response.end())
  response.on('close', () => child.kill())
}
