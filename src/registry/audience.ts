// Whom the identity token of a CI job is made out to, for client and server alike: it follows from the registry's address, so
// that no registry can ask for a token that is worth something elsewhere. Pure.
import { isLoopbackHost } from '../platform/http-redirect.ts'

/** `skillward:<host>[:port]`; this machine has one name. */
export function audienceOf(registry: string): string {
  const { hostname, host, port } = new URL(registry)
  const local = port === '' ? 'localhost' : `localhost:${port}`
  return `skillward:${isLoopbackHost(hostname) ? local : host}`
}
