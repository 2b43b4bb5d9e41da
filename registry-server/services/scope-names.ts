// Which names a new scope can have. Pure.
import { SkillsError } from '../../src/errors/error.ts'
import { displayShort } from '../../src/platform/text.ts'
import { SCOPE } from '../../src/registry/names.ts'

/** Words of this registry and of its addresses, and those by which somebody could speak for it. */
const RESERVED = new Set(
  (
    'admin administrator agent-skills all anonymous any api assets blobs catalog catalogue certified clawhub console ' +
    'favicon healthz help login logout manifests marketplace me metrics new npm official oidc openapi operator publish ' +
    'readyz registry root scope scopes search security signed skill skills skillward status support system token tokens ' +
    'trusted user users v1 v2 verified well-known whoami'
  ).split(' '),
)

/** @throws name_invalid for the name of a scope (without `@`) that nobody can have */
export function assertNewScope(name: string): void {
  if (!SCOPE.test(`@${name}`)) {
    throw new SkillsError('name_invalid', `No scope can have the name ${displayShort(name, 100)}`, {
      hint: 'take lower-case words with single hyphens, such as @acme',
    })
  }
  if (RESERVED.has(name)) {
    throw new SkillsError('name_invalid', `The scope @${name} is reserved`, { hint: 'take another name' })
  }
}
