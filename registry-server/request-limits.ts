// How much one client may ask. What it may not do by too many requests is counted for the user, the token or the address;
// what a guesser may not do is counted for addresses, and only guesses that fail: who has a valid token is never refused
// for what others at the same address do.
import { isIP } from 'node:net'
import { isSkillsError } from '../src/errors/error.ts'
import type { authenticate, Principal } from './auth.ts'
import type { RegistryContext } from './context.ts'
import { createRateLimiter } from './rate-limit.ts'
import type { RegistryRequest } from './routes/http.ts'

export interface RequestLimits {
  /** Finds out who asks, and takes the request from his share. @throws unauthorized, rate_limited */
  admit(c: RegistryRequest, who: () => ReturnType<typeof authenticate>): Promise<Principal>
  /** What `work` finds wrong with a credential is counted as a guess. @throws rate_limited instead, once there are too many */
  guess<T>(c: RegistryRequest, work: () => Promise<T>): Promise<T>
}

/** A provider gives one customer a network of this size, in which he has as many addresses as he likes. */
const SITES = 8

/** Nothing is counted yet. */
export function createRequestLimits(context: RegistryContext): RequestLimits {
  const { limits } = context.config
  const api = createRateLimiter(limits.apiPerMinute)
  const writes = createRateLimiter(limits.writesPerMinute)
  const failures = createRateLimiter(limits.failedLoginsPerMinute)
  const siteFailures = createRateLimiter(limits.failedLoginsPerMinute * SITES)
  const guess: RequestLimits['guess'] = async (c, work) => {
    try {
      return await work()
    } catch (error) {
      if (isSkillsError(error, 'unauthorized') || isSkillsError(error, 'forbidden')) {
        context.metrics.count('failed_logins_total')
        const { network, site } = addressOf(context, c)
        failures.take(network)
        if (site !== undefined) siteFailures.take(site)
      }
      throw error
    }
  }
  return {
    guess,
    async admit(c, who) {
      const principal = await guess(c, who)
      const { token, userId } = principal
      const client =
        userId !== undefined ? `user ${userId}` : (token?.id ?? `address ${addressOf(context, c).network}`)
      const isWrite = !/^(?:GET|HEAD|OPTIONS)$/.test(c.req.method)
      if (isWrite) writes.take(client)
      else if (!c.req.path.startsWith('/v2/')) api.take(client)
      return { ...principal, client }
    },
  }
}

interface Address {
  /** What is counted as one: an IPv4 address, the /64 of an IPv6 address. */
  readonly network: string
  /** The /48 of an IPv6 address. */
  readonly site?: string
}

function addressOf({ config }: RegistryContext, c: RegistryRequest): Address {
  const forwarded = config.trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined
  const given = forwarded !== undefined && isIP(forwarded) ? forwarded : undefined
  return networkOf(given ?? c.env?.incoming?.socket.remoteAddress ?? 'local')
}

/** Which addresses are one client. */
export function networkOf(address: string): Address {
  const plain = address.replace(/%.*$/, '').toLowerCase()
  const [, mapped] = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? []
  if (mapped !== undefined) return { network: mapped }
  if (isIP(plain) !== 6) return { network: plain }
  const [head = '', tail] = plain.split('::')
  const first = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  const length = rest.length + (rest.at(-1)?.includes('.') ? 1 : 0)
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - length) }, () => '0')
  const groups = [...first, ...zeros, ...rest].map((group) => group.replace(/^0+(?=.)/, ''))
  return { network: `${groups.slice(0, 4).join(':')}::/64`, site: `${groups.slice(0, 3).join(':')}::/48` }
}
