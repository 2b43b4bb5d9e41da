// One request over one pool. Takes three files of undici, which the bundle includes: loading all of it takes three times
// as long as the start of a download. Loaded only when there is something to ask.
import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { buildConnector as Connectors, Dispatcher } from 'undici'
import request from 'undici/lib/api/api-request.js'
import buildConnector from 'undici/lib/core/connect.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import { SkillsError } from '../errors/error.ts'
import { surroundings, type Settings } from './env.ts'
import { isPrivateHost } from './http-redirect.ts'
import { proxyFor } from './proxy.ts'
import { displayShort } from './text.ts'

const POOL = { connections: 16, pipelining: 1 }

interface Agents {
  open?: Dispatcher
  guarded?: Dispatcher
}

/** One environment has one set of connections. */
const agents = new WeakMap<Settings['env'], Agents>()

export interface SendOptions extends Pick<
  Dispatcher.RequestOptions,
  'method' | 'body' | 'signal' | 'headersTimeout' | 'bodyTimeout'
> {
  readonly headers: Record<string, string>
  /** The address was named by somebody else: connect to public addresses only, whatever a name resolves to. */
  readonly publicOnly?: boolean
}

/**
 * One request through the proxies of the environment, past them for loopback hosts; idle connections do not keep the
 * process alive.
 * @throws redirect_refused for a private address with `publicOnly`; proxy_invalid, proxy_failed
 */
export function send(
  url: URL,
  options: SendOptions,
  { env } = surroundings(),
): Promise<Dispatcher.ResponseData> {
  const { publicOnly, ...rest } = options
  if (publicOnly && isPrivateHost(url.hostname)) throw privateAddress(url.hostname)
  const known = agents.get(env) ?? {}
  agents.set(env, known)
  const dispatcher = publicOnly
    ? (known.guarded ??= new Agent({ ...POOL, connect: connector(env, publicLookup) }))
    : (known.open ??= new Agent({ ...POOL, connect: connector(env) }))
  return request.call(dispatcher, { ...rest, origin: url.origin, path: url.pathname + url.search })
}

/** Connects to an origin, through its proxy where it has one; a proxy looks names up itself. */
function connector(env: Settings['env'], guard?: LookupFunction): Connectors.connector {
  const direct = buildConnector(guard ? { lookup: guard } : {})
  return (options, done) => {
    const connect = async (): Promise<void> => {
      const { hostname, protocol, port } = options
      const proxy = proxyFor(new URL(`${protocol}//${options.host ?? hostname}`), env)
      if (!proxy) {
        direct(options, done)
        return
      }
      const target = {
        host: hostname.replace(/^\[|\]$/g, ''),
        port: Number(port) || (protocol === 'https:' ? 443 : 80),
      }
      const { openTunnel } = await import('./proxy-tunnel.ts')
      const socket = await openTunnel(proxy, target, guard && { lookup: guard })
      if (protocol === 'https:') direct({ ...options, httpSocket: socket }, done)
      else done(null, socket)
    }
    connect().catch((error: Error) => done(error, null))
  }
}

/**
 * Refuses private addresses itself, so that a name cannot change its meaning between a check and the connection.
 * @throws redirect_refused
 */
const publicLookup: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    const inner = addresses?.find(({ address }) => isPrivateHost(address))
    const [first] = addresses ?? []
    if (error || !first) done(error ?? new Error('no address'), '', 0)
    else if (inner) done(privateAddress(hostname), '', 0)
    else if (options.all) done(null, addresses)
    else done(null, first.address, first.family)
  })
}

function privateAddress(hostname: string): SkillsError {
  return new SkillsError(
    'redirect_refused',
    `A download was led from the internet to a private address: ${displayShort(hostname, 200)}`,
    { hint: 'ask the owner of the index', details: { host: displayShort(hostname, 200) } },
  )
}
