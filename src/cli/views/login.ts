// `skills login`, `logout` and `whoami` for a person.
import type { LoginResult, LogoutResult, WhoamiResult } from '../../ops/login.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, paragraphs } from './layout.ts'

export function loginView({ user, registry, file }: LoginResult): string {
  return `Logged in to ${inertText(registry)} as ${inertText(user)}; the token is in ${inertText(file)}.`
}

export function logoutView({ registry, removed }: LogoutResult): string {
  const where = inertText(registry)
  return removed
    ? `Logged out of ${where}. The token itself is still valid.`
    : `Nobody was logged in to ${where}.`
}

/** Who, where, and what the token may do. */
export function whoamiView({ user, registry, scopes, token }: WhoamiResult, canvas: Canvas): string {
  const until = token.expiresAt === undefined ? '' : `, until ${inertText(token.expiresAt)}`
  return paragraphs(
    `${canvas.style('bold', inertText(user))} in ${inertText(registry)}`,
    scopes.length === 0
      ? undefined
      : columns(
          scopes.map(({ scope, role }) => [scope, role]),
          canvas,
        ),
    `Token "${inertText(token.name)}": ${inertText(token.permissions.join(', '))}${until}.`,
  )
}
