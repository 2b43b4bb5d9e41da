// A CONNECT proxy of the test's own on 127.0.0.1. It asks no name service: every host is this machine, at the port that
// was asked for.
import { createServer, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface TestProxy {
  /** `127.0.0.1:<port>` */
  readonly host: string
  /** `host:port` of each CONNECT, in order. */
  readonly asked: string[]
  close(): Promise<void>
}

export interface TestProxyOptions {
  readonly user?: string
  readonly password?: string
  /** Answers every CONNECT with this status. */
  readonly refuse?: number
  /** The proxy itself speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export async function startProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = []
  const open = new Set<Duplex>()
  const server: Server = options.tls ? createSecureServer(options.tls) : createServer()
  const wanted =
    options.user === undefined
      ? undefined
      : `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`
  server.on('connect', (request, client: Duplex) => {
    const target = request.url ?? ''
    open.add(client)
    client.on('error', () => {}).on('close', () => open.delete(client))
    const refused = wanted !== undefined && request.headers['proxy-authorization'] !== wanted
    const status = options.refuse ?? (refused ? 407 : undefined)
    asked.push(target)
    if (status !== undefined) {
      client.end(
        `HTTP/1.1 ${status} No\r\nProxy-Authenticate: Basic realm="test"\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
      return
    }
    const port = Number(/:(\d+)$/.exec(target)?.[1])
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('close', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
