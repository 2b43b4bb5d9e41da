// Where a download may be led: pure rules over URLs. Never makes a request.
import { isIP } from 'node:net'

/** Hosts that serve the files of another host; everything else has to be asked for by its own name. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'github.com': [
    'codeload.github.com',
    'objects.githubusercontent.com',
    'release-assets.githubusercontent.com',
    'raw.githubusercontent.com',
  ],
  'api.github.com': ['codeload.github.com'],
}

/** Why a redirect is not followed. `useTarget` when asking for the target by its own name would be fine. */
export interface RedirectProblem {
  readonly problem: string
  readonly useTarget: boolean
}

/**
 * Judges one redirect of a chain. Allowed are the same host (also from http: to https:) and the table of companions.
 * @param first what the person asked for
 * @param from what answered with the redirect
 */
export function redirectProblem(first: URL, from: URL, to: URL): RedirectProblem | undefined {
  const refuse = (problem: string, useTarget = false) => ({ problem, useTarget })
  if (to.protocol !== 'https:' && to.protocol !== 'http:') return refuse(`uses the scheme ${to.protocol}`)
  if (from.protocol === 'https:' && to.protocol === 'http:') return refuse('gives up encryption')
  if (to.username !== '' || to.password !== '') return refuse('carries a credential')
  if (isPrivateHost(to.hostname) && !isPrivateHost(first.hostname)) {
    return refuse('leads from the internet to a private address')
  }
  if (to.protocol === 'http:' && !isLoopbackHost(to.hostname)) return refuse('is not encrypted')
  if (to.hostname === from.hostname || to.hostname === first.hostname) return undefined
  if (COMPANIONS[first.hostname]?.includes(to.hostname)) return undefined
  return refuse('leads to another host', to.protocol === 'https:')
}

/** True for localhost, 127.0.0.0/8 and ::1, as `URL.hostname` spells them. */
export function isLoopbackHost(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

/** True for addresses and names that no public host has: loopback, private, link-local, carrier NAT, single labels. */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(host) === 4) {
    return /^(?:0|10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./.test(
      host,
    )
  }
  if (isIP(host) === 6) return !/^[23]/.test(host)
  return !host.includes('.') || /\.(?:localhost|local|internal|home\.arpa|lan)$/.test(host)
}
