// What git takes from the environment to reach a network, proxies and authorities of certificates, and what it means when
// that does not work. git and curl read the proxies themselves; here only what they would read otherwise than we do.
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'
import { noProxyOf, type Proxy, proxyFor, shownProxy } from '../platform/proxy.ts'
import { displayShort, redactUrl } from '../platform/text.ts'

/** They say whom to trust and who one is, and start nothing; the one that turns checks off is not among them. */
const TRUST = [
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_CERT_PASSWORD_PROTECTED',
  'GIT_SSL_KEY',
  'GIT_PROXY_SSL_CAINFO',
  'GIT_PROXY_SSL_CERT',
  'GIT_PROXY_SSL_CERT_PASSWORD_PROTECTED',
  'GIT_PROXY_SSL_KEY',
  'GIT_HTTP_PROXY_AUTHMETHOD',
] as const

/** Variables for git over https. */
export function networkVariables(env: Settings['env']): Record<string, string> {
  const own: Record<string, string> = { no_proxy: curlNoProxy(noProxyOf(env)) }
  for (const name of TRUST) {
    const value = env[name]
    if (value) own[name] = value
  }
  return own
}

/** The list in curl's words (it knows neither `*.example.org` nor ports), with this machine's own names. */
function curlNoProxy(list: string): string {
  const items = list.split(/[,\s]+/).filter(Boolean)
  if (items.includes('*')) return '*'
  const plain = items.map((item) =>
    item
      .replace(/^\*\./, '.')
      .replace(/^(\[[^\]]*\]|[^:/]*):\d+$/, '$1')
      .replace(/^\[(.*)\]$/, '$1'),
  )
  return [...plain, 'localhost', '127.0.0.1', '::1'].join(',')
}

const CERTIFICATE =
  /SSL certificate problem|server certificate verification failed|certificate verify failed|SSL: no alternative certificate|certificate subject name .* does not match|error setting certificate (?:verify locations|file)/i
const PROXY =
  /(?:Received )?HTTP code (\d{3}) from proxy|CONNECT tunnel failed, response (\d{3})|Could not resolve proxy|Proxy CONNECT aborted|Unsupported proxy|(?:can't|cannot) complete SOCKS|by the SOCKS5 server|No authentication method was acceptable|SOCKS5 (?:initial|sub-negotiation|response|connection|connect to|reply)|initial SOCKS5 response/i

/** What git's complaint says of a certificate or a proxy; undefined when it is about something else. */
export function gitNetworkError(said: string, url: string, env: Settings['env']): SkillsError | undefined {
  const where = displayShort(redactUrl(url), 200)
  if (CERTIFICATE.test(said)) {
    const own = env.GIT_SSL_CAINFO
    return new SkillsError(
      'certificate_untrusted',
      `The certificate of the server is not trusted, of ${where} (git: ${said})`,
      {
        hint: own
          ? `GIT_SSL_CAINFO is ${displayShort(own, 200)}: it must hold the certificate of the authority (PEM)`
          : "if it is your organisation's own authority, set GIT_SSL_CAINFO to a file with its certificate (PEM); git does not read NODE_EXTRA_CA_CERTS",
        details: { url: redactUrl(url), git: said },
      },
    )
  }
  const proxy = proxyOf(url, env)
  const match = PROXY.exec(said)
  if (!match && !(proxy && isDown(said, proxy))) return undefined
  const status = match?.[1] ?? match?.[2]
  const name = proxy ? `${shownProxy(proxy)}, which ${proxy.variable} names,` : 'of your git configuration'
  const variable = proxy?.variable ?? 'http.proxy'
  return new SkillsError('proxy_failed', `The proxy ${name} does not lead to ${where} (git: ${said})`, {
    hint:
      status === '407'
        ? `write its user and password: ${variable}=http://USER:PASSWORD@HOST:PORT, with %40 for @ and %3A for :`
        : `check ${variable}; a host that is reached without a proxy belongs into NO_PROXY`,
    details: {
      url: redactUrl(url),
      git: said,
      variable,
      ...(status !== undefined && { status: Number(status) }),
    },
  })
}

function isDown(said: string, { host, port }: Proxy): boolean {
  return said.includes(`Failed to connect to ${host} port ${port} `)
}

function proxyOf(url: string, env: Settings['env']): Proxy | undefined {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return undefined
  try {
    return proxyFor(new URL(url), env)
  } catch {
    // git may understand what we do not.
    return undefined
  }
}
