// `skills login`, `logout` and `whoami` for a person.
import type { LoginResult, LogoutResult, WhoamiResult } from '../../ops/login.ts'
import { displayText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, paragraphs } from './layout.ts'

export function loginView({ user, registry, file }: LoginResult): string {
  return `Logged in to ${displayText(registry)} as ${displayText(user)}; the token is in ${displayText(file)}.`
}

export function logoutView({ registry, removed }: LogoutResult): string {
  const where = displayText(registry)
  return removed
    ? `Logged out of ${where}. The token itself is still valid.`
    : `Nobody was logged in to ${where}.`
}

/** Who, where, and what the token may do. */
export function whoamiView({ user, registry, scopes, token }: WhoamiResult, canvas: Canvas): string {
  const until = token.expiresAt === undefined ? '' : `, until ${displayText(token.expiresAt)}`
  return paragraphs(
    `${canvas.style('bold', displayText(user))} in ${displayText(registry)}`,
    scopes.length === 0
      ? undefined
      : columns(
          scopes.map(({ scope, role }) => [scope, role]),
          canvas,
        ),
    `Token "${displayText(token.name)}": ${displayText(token.permissions.join(', '))}${until}.`,
  )
}
