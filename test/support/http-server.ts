// A web server on 127.0.0.1 for tests: routes, a log of requests, and every way to answer badly.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface TestServer {
  /** `http://127.0.0.1:<port>` and the path. */
  url(path: string): string
  /** The same server by the name localhost: another host to a client. */
  otherHost(path: string): string
  route(path: string, answer: Handler | Buffer | string): void
  /** `<method> <path>` of each request, in order. */
  readonly log: { readonly line: string; readonly headers: IncomingMessage['headers'] }[]
  close(): Promise<void>
}

export async function startServer(): Promise<TestServer> {
  const routes = new Map<string, Handler>()
  const log: TestServer['log'] = []
  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    log.push({ line: `${request.method} ${path}`, headers: request.headers })
    const handler = routes.get(path.replace(/\?.*/, ''))
    if (handler) handler(request, response)
    else answer(404)(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    otherHost: (path) => `http://localhost:${port}${path}`,
    route(path, answer) {
      routes.set(path, typeof answer === 'function' ? answer : (_, response) => void response.end(answer))
    },
    log,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An answer with a status, headers and a body. */
export function answer(
  status: number,
  headers: Record<string, string> = {},
  body: string | Buffer = '',
): Handler {
  return (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

export function redirect(to: string, status = 302): Handler {
  return answer(status, { location: to })
}

/** Promises all bytes, sends some, and breaks the connection. */
export function cut(body: Buffer, after: number): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-length': String(body.length) })
    response.write(body.subarray(0, after), () => response.destroy())
    if (after === 0) response.flushHeaders()
    if (after === 0) setImmediate(() => response.destroy())
  }
}

/** Sends some bytes and then nothing more, with the connection open. */
export function stall(body: Buffer, after: number): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-length': String(body.length) })
    response.write(body.subarray(0, after))
  }
}

/** Sends one byte at a time, for ever. */
export function drip(everyMs: number): Handler {
  return (_, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), everyMs)
    response.on('close', () => clearInterval(timer))
  }
}

/** Each answer once, the last one for ever. */
export function inTurn(...handlers: readonly Handler[]): Handler {
  let next = 0
  return (request, response) => {
    const handler = handlers[Math.min(next, handlers.length - 1)]
    next += 1
    handler?.(request, response)
  }
}
