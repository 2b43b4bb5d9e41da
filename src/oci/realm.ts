// Which places may be asked for a token, and which of them may have the credential. Pure rules over URLs.
// A registry names any realm it likes; it gets the credential only where its owner could have had it anyway.
import { isLoopbackHost, isPrivateHost } from '../platform/http-redirect.ts'

/** Token services that stand on another domain than the registries they serve. */
const FOREIGN_REALMS: readonly (readonly [registry: RegExp, realm: string])[] = [
  [/(?:^|\.)docker\.io$/, 'auth.docker.io'],
  [/(?:^|\.)pkg\.dev$/, 'oauth2.googleapis.com'],
  [/\.azurecr\.io$/, 'login.microsoftonline.com'],
]

/** Suffixes under which strangers have names: there, only the same host counts as the same owner. */
const SHARED_SUFFIXES: readonly string[] = [
  'azurecr.io',
  'pkg.dev',
  'gcr.io',
  'amazonaws.com',
  'amazonaws.com.cn',
  'on.aws',
  'azurewebsites.net',
  'azurecontainerapps.io',
  'azurecontainer.io',
  'cloudapp.azure.com',
  'windows.net',
  'jfrog.io',
  'jfrog.dev',
  'github.io',
  'gitlab.io',
  'pages.dev',
  'workers.dev',
  'run.app',
  'web.app',
  'appspot.com',
  'cloudfunctions.net',
  'herokuapp.com',
  'fly.dev',
  'onrender.com',
  'vercel.app',
  'netlify.app',
  'ngrok.io',
  'ngrok.app',
  'ngrok.dev',
  'ngrok-free.app',
  'trycloudflare.com',
  'scw.cloud',
  'ocir.io',
  'icr.io',
  'aliyuncs.com',
  'myqcloud.com',
  'tencentcloudcr.com',
  'myhuaweicloud.com',
  'digitaloceanspaces.com',
  'nip.io',
  'sslip.io',
  'duckdns.org',
  'dyndns.org',
  'ts.net',
  'local',
  'internal',
  'lan',
  'localhost',
  'home.arpa',
]

/** Second labels that are as public as a top-level domain: `co.uk`, `com.au`. */
const SECOND_LEVEL =
  /^(?:ac|asn|asso|co|com|ed|edu|gen|go|gob|gouv|gov|govt|gv|id|in|info|ltd|me|mil|ne|net|nhs|nom|or|org|plc|sch|school|web)$/

/**
 * Why a realm may not even be asked; undefined when it may. The realm is https:, or on this machine when the registry
 * is, and never leads from the internet to a private address.
 */
export function realmProblem(registry: URL, realm: URL): string | undefined {
  if (realm.username !== '' || realm.password !== '') return 'carries a credential'
  const plain =
    realm.protocol === 'http:' && (isLoopbackHost(realm.hostname) || realm.origin === registry.origin)
  if (realm.protocol !== 'https:' && !(plain && registry.protocol === 'http:')) return 'is not https:'
  if (isPrivateHost(realm.hostname) && !isPrivateHost(registry.hostname)) return 'is a private address'
  return undefined
}

/**
 * True when the realm may have the credential for the registry: the same host, another host of the same registrable
 * domain, a known token service of that registry, or one that the user named.
 * @param trusted host names that the user named
 */
export function realmMayHaveCredential(registry: URL, realm: URL, trusted: readonly string[] = []): boolean {
  if (realmProblem(registry, realm) !== undefined) return false
  const [from, to] = [registry.hostname, realm.hostname]
  // Another port of one machine may be another person's program, unless it is this machine's loopback or encrypted.
  if (from === to) return realm.protocol === 'https:' || isLoopbackHost(to) || realm.port === registry.port
  if (trusted.includes(to) || trusted.includes(realm.host)) return true
  if (FOREIGN_REALMS.some(([pattern, host]) => host === to && pattern.test(from))) return true
  const domain = registrableDomain(from)
  return domain !== undefined && domain === registrableDomain(to)
}

/**
 * The domain that one owner registered, judged cautiously without the public suffix list: undefined where the name
 * stands under a suffix that strangers share, is an address, or has a single label.
 */
export function registrableDomain(hostname: string): string | undefined {
  const host = hostname.replace(/\.$/, '').toLowerCase()
  if (/^[\d.]+$/.test(host) || host.includes(':') || !host.includes('.')) return undefined
  if (SHARED_SUFFIXES.some((suffix) => host === suffix || host.endsWith(`.${suffix}`))) return undefined
  const labels = host.split('.')
  const [second = '', top = ''] = labels.slice(-2)
  const size = top.length === 2 && SECOND_LEVEL.test(second) ? 3 : 2
  return labels.length < size ? undefined : labels.slice(-size).join('.')
}
