// Node's own agent through the proxies of the environment, for libraries that bring their own HTTP client.
import type { Agent } from 'node:http'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { Settings } from './env.ts'
import { proxyFor } from './proxy.ts'
import { openTunnel } from './proxy-tunnel.ts'

export interface AgentOptions {
  readonly env: Settings['env']
  /** Authorities (PEM) in the place of those that Node knows. */
  readonly ca?: readonly string[]
  readonly timeoutMs: number
  /** Gets what made a connection through a proxy fail: libraries wrap errors until nothing is left of them. */
  readonly failed: (error: unknown) => void
}

/** An agent for one origin's protocol; the caller destroys it. */
export async function proxyAgent(protocol: string, options: AgentOptions): Promise<Agent> {
  const shared = { keepAlive: true, maxSockets: 15, timeout: options.timeoutMs }
  if (protocol !== 'https:') return new (await import('node:http')).Agent(shared)
  const [https, tls] = await Promise.all([import('node:https'), import('node:tls')])
  const agent = new https.Agent({ ...shared, ...(options.ca && { ca: [...options.ca] }) })
  const direct = agent.createConnection.bind(agent)
  agent.createConnection = (to, done) => {
    const host = to.host ?? ''
    const port = Number(to.port) || 443
    const connect = async (): Promise<void> => {
      const proxy = proxyFor(new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`), options.env)
      if (!proxy) {
        // Answers by its callback only what it does not return.
        const socket = direct(to, done)
        if (socket) done?.(null, socket)
        return
      }
      const socket = await openTunnel(proxy, { host, port })
      done?.(null, tls.connect({ ...(to as ConnectionOptions), socket }))
    }
    connect().catch((error: Error) => {
      options.failed(error)
      done?.(error, undefined as never)
    })
    return undefined
  }
  return agent
}
