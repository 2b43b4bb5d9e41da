// The keys of an issuer, fetched as OpenID Connect Discovery has it. Owners of scopes name issuers, so an issuer is
// untrusted: https, no redirects, no address inside the own network, little time and few bytes.
import { lookup as dnsLookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import type { JSONWebKeySet } from 'jose'
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import type { RegistryConfig } from '../config.ts'
import { assertReadableJson } from '../json-bounds.ts'

const MS = 5000
const BYTES = 256 * 1024
const KEEP_MS = 10 * 60_000
/** An unknown key id makes keys be fetched anew, but not more often. */
const AGAIN_MS = 30_000
const ISSUERS = 200

/** @throws request_invalid unless it is an https URL without query, or one that the configuration allows */
export function assertIssuer(config: RegistryConfig, issuer: string): void {
  if (config.privateIssuers.includes(issuer)) return
  const url = URL.canParse(issuer) ? new URL(issuer) : undefined
  const isPlain = url?.protocol === 'https:' && !url.username && !url.password && !url.search && !url.hash
  if (isPlain && !(isIP(bareHost(url)) && isInside(bareHost(url)))) return
  throw new SkillsError('request_invalid', `The issuer ${displayShort(issuer, 200)} cannot be used`, {
    hint: 'an issuer is an https URL; one inside the own network must be allowed by the server',
  })
}

export interface IssuerKeys {
  /** Keys of the issuer; `isStale` asks for newer ones. @throws upstream_failed */
  keys(issuer: string, options?: { readonly isStale?: boolean }): Promise<JSONWebKeySet>
}

/** Keys by issuer, kept for minutes. */
export function createIssuerKeys(config: RegistryConfig): IssuerKeys {
  const known = new Map<string, { readonly at: number; readonly keys: Promise<JSONWebKeySet> }>()
  return {
    keys(issuer, { isStale = false } = {}) {
      const before = known.get(issuer)
      const age = before ? Date.now() - before.at : Infinity
      if (before && age < (isStale ? AGAIN_MS : KEEP_MS)) return before.keys
      if (known.size >= ISSUERS) known.clear()
      const keys = fetchKeys(config, issuer)
      known.set(issuer, { at: Date.now(), keys })
      keys.catch(() => known.delete(issuer))
      return keys
    },
  }
}

async function fetchKeys(config: RegistryConfig, issuer: string): Promise<JSONWebKeySet> {
  const isTrusted = config.privateIssuers.includes(issuer)
  const discovery = await fetchJson(
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    isTrusted,
  )
  if (discovery.issuer !== issuer || typeof discovery.jwks_uri !== 'string') {
    throw failed(issuer, 'its discovery document is about another issuer')
  }
  const keysUrl = URL.canParse(discovery.jwks_uri) ? new URL(discovery.jwks_uri) : undefined
  if (!keysUrl || (keysUrl.protocol !== 'https:' && !isTrusted))
    throw failed(issuer, 'its keys are not at an https URL')
  const set = await fetchJson(keysUrl.href, isTrusted)
  if (!Array.isArray(set.keys)) throw failed(issuer, 'it has no keys')
  return { keys: set.keys as JSONWebKeySet['keys'] }
}

async function fetchJson(url: string, isTrusted: boolean): Promise<Record<string, unknown>> {
  const { Agent, fetch } = await import('undici')
  const dispatcher = new Agent({
    connect: { timeout: MS, ...(!isTrusted && { lookup: outsideLookup }) },
    maxResponseSize: BYTES,
  })
  try {
    const host = bareHost(new URL(url))
    if (!isTrusted && isIP(host) && isInside(host)) throw new Error('an address inside the own network')
    const response = await fetch(url, {
      dispatcher,
      redirect: 'error',
      signal: AbortSignal.timeout(MS),
      headers: { accept: 'application/json' },
    })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const bytes = new Uint8Array(await response.arrayBuffer())
    assertReadableJson(bytes, 'The answer')
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (typeof value !== 'object' || value === null) throw new Error('not an object')
    return value as Record<string, unknown>
  } catch (error) {
    throw failed(url, error instanceof Error ? error.message : 'unknown', error)
  } finally {
    await dispatcher.destroy()
  }
}

/** Resolves names, and refuses one that leads inside. What is checked here is what is connected to. */
const outsideLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, [])
    if (addresses.some(({ address }) => isInside(address))) {
      return callback(new Error('the name leads inside the own network'), [])
    }
    callback(null, addresses)
  })
}

/** The special-purpose address registries of IANA (RFC 6890), and multicast. */
const INSIDE = {
  ipv4: networks(
    '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 ' +
      '192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 ' +
      '203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
  ),
  ipv6: networks(
    '::/96 ::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 100:0:0:1::/64 2001::/23 2001:db8::/32 2002::/16 ' +
      '2620:4f:8000::/48 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 ff00::/8',
  ),
}
/** Of IPv6 only this is given out for the public network. */
const GLOBAL = networks('2000::/3')

/** Addresses that are not of the public network. */
export function isInside(address: string): boolean {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
  if (isIP(plain) !== 6) return INSIDE.ipv4.check(plain, 'ipv4')
  return INSIDE.ipv6.check(plain, 'ipv6') || !GLOBAL.check(plain, 'ipv6')
}

/** A list holds one kind: an IPv4 address is also looked for among IPv6 networks, and found in those of mapped ones. */
function networks(ranges: string): BlockList {
  const list = new BlockList()
  for (const range of ranges.split(' ')) {
    const [net = '', bits] = range.split('/')
    list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

function failed(url: string, why: string, cause?: unknown): SkillsError {
  return new SkillsError(
    'upstream_failed',
    `The issuer ${displayShort(url, 200)} could not be asked: ${why}`,
    {
      ...(cause !== undefined && { cause }),
    },
  )
}
