// Connections through a proxy: CONNECT of HTTP proxies, and SOCKS5. What comes out is a plain connection to the target, on
// which TLS is then spoken as on any other: the proxy sees its name and port, nothing more.
import type { LookupFunction, Socket } from 'node:net'
import { SkillsError } from '../errors/error.ts'
import { codeOf, networkProblem } from './network-error.ts'
import { type Proxy, shownProxy } from './proxy.ts'
import { displayShort } from './text.ts'

export interface Target {
  /** Without brackets. */
  readonly host: string
  readonly port: number
}

export interface TunnelOptions {
  /** Resolves the target where the proxy does not. */
  readonly lookup?: LookupFunction
  readonly timeoutMs?: number
}

const TIMEOUT_MS = 30_000

/** @throws proxy_failed, certificate_untrusted for that of the proxy itself; what `lookup` throws */
export async function openTunnel(proxy: Proxy, target: Target, options: TunnelOptions = {}): Promise<Socket> {
  const deadline = options.timeoutMs ?? TIMEOUT_MS
  if (proxy.kind === 'http' || proxy.kind === 'https') return openConnect(proxy, target, deadline)
  const host = proxy.kind === 'socks5' ? await resolved(target.host, proxy, options) : target.host
  return openSocks(proxy, { ...target, host }, deadline)
}

async function openConnect(proxy: Proxy, target: Target, deadline: number): Promise<Socket> {
  const { request } = await (proxy.kind === 'https' ? import('node:https') : import('node:http'))
  const authority = shownProxy(target)
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      host: proxy.host,
      port: proxy.port,
      path: authority,
      agent: false,
      headers: {
        host: authority,
        'user-agent': 'skillward',
        ...(proxy.credential && { 'proxy-authorization': `Basic ${basic(proxy.credential)}` }),
      },
    })
    const timer = setTimeout(() => asked.destroy(new Error('timeout')), deadline)
    const fail = (error: unknown): void => {
      clearTimeout(timer)
      reject(unreachable(proxy, target, error))
    }
    asked.on('error', fail)
    asked.once('response', (response) => {
      response.destroy()
      fail(new Error('no CONNECT'))
    })
    asked.once('connect', (response, socket, head) => {
      clearTimeout(timer)
      const status = response.statusCode ?? 0
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head)
        resolve(socket)
        return
      }
      socket.on('error', () => {}).destroy()
      reject(statusError(proxy, target, status))
    })
    asked.end()
  })
}

function basic({ user, password }: NonNullable<Proxy['credential']>): string {
  return Buffer.from(`${user}:${password}`).toString('base64')
}

async function openSocks(proxy: Proxy, target: Target, deadline: number): Promise<Socket> {
  const [{ connect }, socks] = await Promise.all([
    import('node:net'),
    import('undici/lib/core/socks5-client.js'),
  ])
  const { credential } = proxy
  return new Promise((resolve, reject) => {
    const socket = connect({ host: proxy.host, port: proxy.port })
    const client = new socks.default.Socks5Client(socket, {
      ...(credential && { username: credential.user, password: credential.password }),
    })
    const timer = setTimeout(() => socket.destroy(new Error('timeout')), deadline)
    const fail = (error: unknown): void => {
      clearTimeout(timer)
      reject(socksError(proxy, target, error))
    }
    // The client passes on every later error of the socket too, so these stay.
    client.on('error', fail)
    client.on('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
    socket.once('connect', () => client.handshake())
    client.once('authenticated', () => client.connect(target.host, target.port))
    client.once('connected', () => {
      clearTimeout(timer)
      resolve(socket)
    })
  })
}

/** An address of the host, looked up here. */
async function resolved(host: string, proxy: Proxy, { lookup }: TunnelOptions): Promise<string> {
  const dns = await import('node:dns')
  return new Promise((resolve, reject) => {
    const find = lookup ?? dns.lookup
    find(host, {}, (error, address) => {
      if (!error && typeof address === 'string') resolve(address)
      else if (error instanceof SkillsError) reject(error)
      else {
        reject(
          failed(proxy, { host, port: 0 }, 'its name cannot be looked up on this machine', {
            hint: `write socks5h:// in ${proxy.variable} to leave that to the proxy`,
            cause: error,
          }),
        )
      }
    })
  })
}

function statusError(proxy: Proxy, target: Target, status: number): SkillsError {
  if (status === 407) return wantsCredential(proxy, target, 'status 407')
  const why = status === 403 || status === 405 ? 'it does not allow that' : 'it could not connect'
  return failed(proxy, target, `${why} (status ${status})`, { status })
}

const SOCKS_REPLIES: Readonly<Record<string, string>> = {
  UND_ERR_SOCKS5_VERSION: 'it does not speak SOCKS5',
  UND_ERR_SOCKS5_REPLY_2: 'it does not allow that',
  UND_ERR_SOCKS5_REPLY_3: 'it cannot reach that network',
  UND_ERR_SOCKS5_REPLY_4: 'it cannot reach that host',
  UND_ERR_SOCKS5_REPLY_5: 'that host refuses the connection',
}

function socksError(proxy: Proxy, target: Target, error: unknown): SkillsError {
  const code = codeOf(error)
  if (code.startsWith('UND_ERR_SOCKS5_AUTH')) return wantsCredential(proxy, target, 'SOCKS5')
  const reply =
    SOCKS_REPLIES[code] ?? (code.startsWith('UND_ERR_SOCKS5') ? 'it could not connect' : undefined)
  return reply === undefined
    ? unreachable(proxy, target, error)
    : failed(proxy, target, reply, { cause: error })
}

function wantsCredential(proxy: Proxy, target: Target, by: string): SkillsError {
  const [problem, hint] = proxy.credential
    ? [`it does not accept the user and password of ${proxy.variable} (${by})`, 'check them']
    : [`it wants a user and a password (${by})`, 'write them']
  return failed(proxy, target, problem, {
    hint: `${hint}: ${proxy.variable}=${proxy.kind}://USER:PASSWORD@${shownProxy(proxy)}, with %40 for @ and %3A for :`,
    ...(by === 'status 407' && { status: 407 }),
  })
}

/** Nothing that speaks as a proxy is there. */
function unreachable(proxy: Proxy, target: Target, cause: unknown): SkillsError {
  const problem = networkProblem(cause)
  const message = cause instanceof Error ? cause.message : ''
  if (problem.code === 'certificate_untrusted') {
    return new SkillsError(
      'certificate_untrusted',
      `The proxy ${shownProxy(proxy)} (${proxy.variable}) cannot be trusted: ${problem.reason}`,
      { ...(problem.hint !== undefined && { hint: problem.hint }), cause },
    )
  }
  if (message === 'timeout') return failed(proxy, target, 'it does not answer', { cause })
  if (/^HPE_|no CONNECT/.test(codeOf(cause) || message)) {
    return failed(proxy, target, 'it does not answer as a proxy', { cause })
  }
  return failed(proxy, target, problem.reason, { cause })
}

interface Failure {
  readonly hint?: string
  readonly status?: number
  readonly cause?: unknown
}

function failed(proxy: Proxy, target: Target, why: string, { hint, status, cause }: Failure): SkillsError {
  const host = displayShort(target.host, 260)
  return new SkillsError(
    'proxy_failed',
    `The proxy ${shownProxy(proxy)}, which ${proxy.variable} names, does not lead to ${host}: ${why}`,
    {
      hint: hint ?? `check ${proxy.variable}; a host that is reached without a proxy belongs into NO_PROXY`,
      details: {
        proxy: shownProxy(proxy),
        variable: proxy.variable,
        host,
        ...(status !== undefined && { status }),
      },
      cause,
    },
  )
}
