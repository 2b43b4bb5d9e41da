// Which proxy a request goes through, by the variables that curl and git read. Pure rules over URLs and settings.
import { BlockList, isIP } from 'node:net'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from './env.ts'
import { isLoopbackHost } from './http-redirect.ts'
import { displayShort } from './text.ts'

export interface Proxy {
  /** `socks5` resolves names on this machine, `socks5h` leaves that to the proxy, as in curl. */
  readonly kind: 'http' | 'https' | 'socks5' | 'socks5h'
  /** Without brackets. */
  readonly host: string
  readonly port: number
  /** Secret; decoded. */
  readonly credential: { readonly user: string; readonly password: string } | undefined
  /** Which variable names it: `HTTPS_PROXY`. */
  readonly variable: string
}

const PORTS = { http: 80, https: 443, socks5: 1080, socks5h: 1080 } as const

/**
 * The proxy for a URL: that of `https_proxy` (`http_proxy` for http:), else of `all_proxy`; the lower-case spelling comes
 * first, an empty value counts as none. This machine's own names never go through a proxy: they mean another machine there.
 * @throws proxy_invalid for a value that is no address of a proxy
 */
export function proxyFor(url: URL, env: Settings['env']): Proxy | undefined {
  if (isLoopbackHost(url.hostname)) return undefined
  const own = url.protocol === 'http:' ? 'http_proxy' : 'https_proxy'
  const variable = [own, own.toUpperCase(), 'all_proxy', 'ALL_PROXY'].find((name) => env[name])
  if (variable === undefined || isExempt(url, noProxyOf(env))) return undefined
  return parseProxy(env[variable] ?? '', variable)
}

/** The value of NO_PROXY; the lower-case spelling comes first. */
export function noProxyOf(env: Settings['env']): string {
  return env.no_proxy || env.NO_PROXY || ''
}

/** `host:port`, with brackets around an IPv6 address and without the credential. */
export function shownProxy({ host, port }: Pick<Proxy, 'host' | 'port'>): string {
  return displayShort(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, 260)
}

/** Reads `[scheme://][user[:password]@]host[:port]`; without a scheme it is an HTTP proxy. @throws proxy_invalid */
function parseProxy(value: string, variable: string): Proxy {
  const [, scheme = 'http', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(.*)$/is.exec(value.trim()) ?? []
  const kind = scheme.toLowerCase()
  if (!isKind(kind)) {
    throw invalid(variable, `${displayShort(kind, 20)} is no kind of proxy that is spoken here`)
  }
  // Not by the scheme itself: a URL drops the port that is its scheme's own.
  const text = `proxy://${rest}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  const host = url?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (
    !url ||
    host === '' ||
    !/^[\w.:-]+$/.test(host) ||
    !/^\/?$/.test(url.pathname) ||
    url.search ||
    url.hash
  )
    throw invalid(variable, 'it is no address')
  const credential =
    url.username === '' ? undefined : { user: decode(url.username), password: decode(url.password) }
  return { kind, host, port: Number(url.port) || PORTS[kind], credential, variable }
}

function isKind(kind: string): kind is Proxy['kind'] {
  return kind in PORTS
}

/** A stray `%` stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** The value itself may hold a password, so it is never shown. */
function invalid(variable: string, problem: string): SkillsError {
  return new SkillsError('proxy_invalid', `${variable} does not name a proxy: ${problem}`, {
    hint: `write ${variable}=http://HOST:PORT (or https, socks5, socks5h), and in a user or password %40 for @, %3A for :, %2F for /, %23 for #`,
    details: { variable },
  })
}

/**
 * True when a list such as NO_PROXY names the URL's host: `example.org`, `.example.org` and `*.example.org` with everything
 * below, `host:port`, an address, a range of addresses (`10.0.0.0/8`), or `*` for all.
 */
export function isExempt(url: URL, list: string): boolean {
  const host = plainHost(url.hostname)
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  return list.split(/[,\s]+/).some((item) => {
    const entry = item.toLowerCase()
    if (entry === '*') return true
    if (entry.includes('/')) return inRange(host, entry)
    const [, name = '', only] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [entry, entry]
    const wanted = plainHost(name.replace(/^\*?\./, ''))
    if (wanted === '' || (only !== undefined && only !== port)) return false
    return host === wanted || (isIP(host) === 0 && host.endsWith(`.${wanted}`))
  })
}

function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '')
}

function inRange(host: string, range: string): boolean {
  const [text = '', bits = ''] = range.split('/')
  const net = plainHost(text)
  const [family, of] = [isIP(host), isIP(net)]
  if (family === 0 || family !== of || !/^\d{1,3}$/.test(bits) || Number(bits) > (of === 4 ? 32 : 128))
    return false
  const type = of === 4 ? 'ipv4' : 'ipv6'
  const list = new BlockList()
  list.addSubnet(net, Number(bits), type)
  return list.check(host, type)
}
