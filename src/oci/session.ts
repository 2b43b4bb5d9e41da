// Requests to one registry, with the authorization that it asks for. Below it only HTTP, above it only the protocol.
import { SkillsError } from '../errors/error.ts'
import { isLoopbackHost } from '../platform/http-redirect.ts'
import { displayShort } from '../platform/text.ts'
import { createAuth, type Access } from './auth.ts'
import type { CredentialLookup } from './credential.ts'
import { apiHost, isRepository, registryName } from './reference.ts'
import {
  createTransport,
  type OciRequest,
  type OciResponse,
  type OciStream,
  type TransportOptions,
} from './transport.ts'

export interface ClientOptions extends TransportOptions {
  /** `host[:port]` as in a `Reference`. */
  readonly registry: string
  /** Asked once the registry wants a login; without it every request is anonymous. */
  readonly credentials?: CredentialLookup
  /** Hosts of token services that may have this registry's credential beside those that the rules of realm.ts allow. */
  readonly realms?: readonly string[]
}

export type SessionRequest = Omit<OciRequest, 'url' | 'authorization'> & {
  /** Below `/v2/`, encoded; or a whole URL that the registry gave. */
  readonly to: string | URL
}

export interface Session {
  readonly registry: string
  /** One request; a 401 is answered once. Any other status is the caller's. @throws what transport and auth throw */
  request(access: Access, request: SessionRequest): Promise<OciResponse>
  /** The same, with the body of a success left to be read. */
  open(access: Access, request: SessionRequest): Promise<OciStream>
}

export function createSession(options: ClientOptions): Session {
  const registry = registryName(options.registry)
  const base = registryUrl(registry, options.http)
  const transport = createTransport(options)
  const { credentials, realms, signal } = options
  const auth = createAuth({
    registry,
    base,
    transport,
    ...(credentials && { credentials }),
    ...(realms && { realms }),
    ...(signal && { signal }),
  })
  return {
    registry,
    request: (access, request) => authorized(access, request, (sent) => transport.send(sent)),
    open: (access, request) => authorized(access, request, (sent) => transport.open(sent)),
  }

  async function authorized<T extends OciResponse>(
    access: Access,
    { to, ...request }: SessionRequest,
    send: (request: OciRequest) => Promise<T>,
  ): Promise<T> {
    assertRepository(access)
    const url = typeof to === 'string' ? new URL(`/v2/${to}`, base) : to
    // What stands elsewhere has its right in its address.
    if (url.origin !== base.origin) return send({ ...request, url })
    const answer = await send({ ...request, url, authorization: auth.known(access) })
    // After a redirect the 401 is another host's; its challenge is nobody's business.
    if (answer.status !== 401 || answer.url.origin !== base.origin) return answer
    const authorization = await auth.answer(access, answer.headers['www-authenticate'])
    return authorization === undefined ? answer : send({ ...request, url, authorization })
  }
}

/** What goes into a path is a name or a digest, whoever called. */
function assertRepository({ repository, from }: Access): void {
  if (isRepository(repository) && (from === undefined || isRepository(from))) return
  throw new SkillsError('spec_invalid', `Not the name of an OCI repository: ${displayShort(repository, 300)}`)
}

/** The origin that a registry is asked at: https:, but http: on this machine unless told otherwise, and wherever plain http was asked for. */
export function registryUrl(registry: string, http?: boolean): URL {
  const host = apiHost(registryName(registry))
  const local = isLoopbackHost(new URL(`http://${host}`).hostname)
  return new URL(`${(http ?? local) ? 'http' : 'https'}://${host}`)
}
