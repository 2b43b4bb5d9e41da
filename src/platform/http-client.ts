// One request over one pool. Takes three files of undici, which the bundle includes: loading all of it takes three times
// as long as the start of a download. Loaded only when there is something to ask.
import { lookup } from 'node:dns'
import type { Dispatcher } from 'undici'
import request from 'undici/lib/api/api-request.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js'
import { SkillsError } from '../errors/error.ts'
import { isLoopbackHost, isPrivateHost } from './http-redirect.ts'
import { displayShort } from './text.ts'

const POOL = { connections: 16, pipelining: 1 }

let direct: Dispatcher | undefined
let proxied: Dispatcher | undefined
let guarded: Dispatcher | undefined

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
 * @throws redirect_refused for a private address with `publicOnly`
 */
export function send(url: URL, options: SendOptions): Promise<Dispatcher.ResponseData> {
  const { publicOnly, ...rest } = options
  const dispatcher = publicOnly ? publicDispatcher(url) : dispatcherFor(url)
  return request.call(dispatcher, { ...rest, origin: url.origin, path: url.pathname + url.search })
}

function dispatcherFor(url: URL): Dispatcher {
  return isLoopbackHost(url.hostname)
    ? (direct ??= new Agent(POOL))
    : (proxied ??= new EnvHttpProxyAgent(POOL))
}

/**
 * The look-up refuses private addresses itself, so that a name cannot change its meaning between a check and the
 * connection. Through a proxy the proxy looks up.
 */
function publicDispatcher(url: URL): Dispatcher {
  if (isPrivateHost(url.hostname)) throw privateAddress(url.hostname)
  guarded ??= new EnvHttpProxyAgent({
    ...POOL,
    connect: {
      lookup(hostname, options, done) {
        lookup(hostname, { ...options, all: true }, (error, addresses) => {
          const inner = addresses?.find(({ address }) => isPrivateHost(address))
          const [first] = addresses ?? []
          if (error || !first) done(error ?? new Error('no address'), '', 0)
          else if (inner) done(privateAddress(hostname), '', 0)
          else if (options.all) done(null, addresses)
          else done(null, first.address, first.family)
        })
      },
    },
  })
  return guarded
}

function privateAddress(hostname: string): SkillsError {
  return new SkillsError(
    'redirect_refused',
    `A download was led from the internet to a private address: ${displayShort(hostname, 200)}`,
    { hint: 'ask the owner of the index', details: { host: displayShort(hostname, 200) } },
  )
}
