// Whom tokens of a CI must be made out to here: this server, by the address that clients know. A server that only knows the
// address that it listens on takes none, because every other such server has the same.
import { SkillsError } from '../../src/errors/error.ts'
import { isLoopbackHost } from '../../src/platform/http-redirect.ts'
import { audienceOf } from '../../src/registry/audience.ts'
import type { RegistryConfig } from '../config.ts'

/** @param port where it listens @throws forbidden */
export function serverAudience({ publicUrl, host }: RegistryConfig, port: number): string {
  if (publicUrl !== undefined) return audienceOf(publicUrl)
  const name = host.includes(':') ? `[${host}]` : host
  if (isLoopbackHost(name)) return audienceOf(`http://${name}:${port}`)
  throw new SkillsError(
    'forbidden',
    'This registry takes no tokens of a CI: it does not know its public address',
    {
      hint: 'its operator starts it with --public-url https://…',
    },
  )
}
