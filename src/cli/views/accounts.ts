// `skills token …` and `skills scope …` for a person.
import type { ScopeResult } from '../../ops/scopes.ts'
import type { TokensResult } from '../../ops/tokens.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { type Cell, columns, lines, paragraphs } from './layout.ts'
import { facts } from './phrases.ts'

/** A row a token: what revokes it, what it is for, what it may, until when. */
export function tokensView({ registry, tokens }: TokensResult, canvas: Canvas): string {
  if (tokens.length === 0) return `You have no tokens in ${inertText(registry)}.`
  const head = ['ID', 'NAME', 'MAY', 'UNTIL', 'LAST USED'].map((text): Cell => ({ text, format: 'dim' }))
  const rows = tokens.map(({ id, name, permissions, expiresAt, lastUsedAt }) => [
    id,
    { text: name, format: 'bold' as const },
    permissions.join(', '),
    expiresAt?.slice(0, 10) ?? 'for ever',
    lastUsedAt?.slice(0, 10) ?? 'never',
  ])
  return columns([head, ...rows], canvas)
}

/** Who may do what in the scope. */
export function scopeView(
  { scope, registry, members, publishers, ...scoped }: ScopeResult,
  canvas: Canvas,
): string {
  const { createdAt } = scoped
  if (!members || createdAt === undefined) return `You do not see ${inertText(scope)} any more.`
  return paragraphs(
    canvas.style('bold', inertText(scope)),
    facts(
      [
        ['registry', registry],
        ['readers', scoped.public ? 'everybody' : 'members only'],
        ['since', createdAt.slice(0, 10)],
      ],
      canvas,
    ),
    lines(
      'Members:',
      columns(
        members.map(({ user, role }) => [user, role]),
        canvas,
        { indent: '  ' },
      ),
    ),
    publishers && publishers.length > 0
      ? lines(
          'Trusted CI jobs:',
          columns(
            publishers.map(({ id, issuer, claims, skill }) => [
              id,
              issuer,
              Object.entries(claims)
                .map(([name, value]) => `${name}=${value}`)
                .join(' '),
              skill ?? 'every skill',
            ]),
            canvas,
            { indent: '  ' },
          ),
        )
      : '',
  )
}
