// One request over one pool. Takes three files of undici, which the bundle includes: loading all of it takes three times
// as long as the start of a download. Loaded only when there is something to download.
import type { Dispatcher } from 'undici'
import request from 'undici/lib/api/api-request.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js'

const POOL = { connections: 16, pipelining: 1 }

let direct: Dispatcher | undefined
let proxied: Dispatcher | undefined

export interface GetOptions extends Pick<
  Dispatcher.RequestOptions,
  'signal' | 'headersTimeout' | 'bodyTimeout'
> {
  readonly headers: Record<string, string>
  /** Past the proxies of the environment. */
  readonly direct: boolean
}

/** GET; one pool serves all, and its idle connections do not keep the process alive. */
export function get(url: URL, { direct: past, ...options }: GetOptions): Promise<Dispatcher.ResponseData> {
  const dispatcher = past ? (direct ??= new Agent(POOL)) : (proxied ??= new EnvHttpProxyAgent(POOL))
  const path = url.pathname + url.search
  return request.call(dispatcher, { ...options, origin: url.origin, path, method: 'GET' })
}
