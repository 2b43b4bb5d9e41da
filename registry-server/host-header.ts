// A request with two `Host` headers means one host to us and perhaps another to a proxy before us: it is refused (RFC 9112).
import type { ServerResponse } from 'node:http'

/** Whether there is more than one; names and values stand in turn. */
export function hasTwoHosts(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    if (name.length === 4 && /^host$/i.test(name)) hosts++
  }
  return hosts > 1
}

/** Answers it, and ends the connection: where the next request begins is not certain either. */
export function refuseHosts(response: ServerResponse): void {
  response.writeHead(400, { Connection: 'close', 'Content-Type': 'text/plain; charset=utf-8' })
  response.end('A request has one Host header\n')
}
