// An organisation's own authority, made by openssl, and a TLS server with its certificate that passes requests on to plain
// servers of the test by the name that was asked for.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { findProgram } from './need.ts'

export interface OwnCa {
  /** Paths of PEM files. */
  readonly ca: string
  readonly cert: string
  readonly key: string
}

/** Certificates for `*.skills.test`, 127.0.0.1 and `::ffff:127.0.0.1`, in the folder. */
export function makeOwnCa(folder: string): OwnCa {
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): void =>
    void execFileSync(findProgram('openssl') ?? 'openssl', args, { cwd: folder, stdio: 'ignore' })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority')
  openssl('req', ...curve.slice(0, -2), '-keyout', 'tls.key', '-out', 'tls.csr', '-subj', '/CN=skills.test')
  writeFileSync(
    at('ext'),
    'subjectAltName=DNS:skills.test,DNS:*.skills.test,IP:127.0.0.1,IP:::ffff:127.0.0.1\n',
  )
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'ext', '-days', '2']
  openssl('x509', '-req', '-in', 'tls.csr', ...signed, '-out', 'tls.pem')
  return { ca: at('ca.pem'), cert: at('tls.pem'), key: at('tls.key') }
}

export interface TlsFront {
  readonly port: number
  /** `https://NAME.skills.test:<port>` */
  url(name: string, path?: string): string
  close(): Promise<void>
}

/** @param backends `http://127.0.0.1:…` by the first label of the host's name; `*` for every other */
export async function startTlsFront(
  ca: OwnCa,
  backends: Readonly<Record<string, string>>,
): Promise<TlsFront> {
  const server = createServer({ cert: readFileSync(ca.cert), key: readFileSync(ca.key) }, (asked, answer) => {
    const name = /^([^.:]+)\./.exec(asked.headers.host ?? '')?.[1] ?? '*'
    const to = new URL(asked.url ?? '/', backends[name] ?? backends['*'])
    const passed = request(to, { method: asked.method, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    passed.on('error', () => answer.destroy())
    asked.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: (name, path = '') => `https://${name}.skills.test:${port}${path}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
