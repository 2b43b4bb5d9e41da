// Answers of the catalogue: ETag, 304, Cache-Control. Public ones are kept ready by hot.ts.
import { createHash } from 'node:crypto'
import type { Principal } from '../auth.ts'
import type { RegistryRequest } from './http.ts'

export interface Answer {
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly type: string
  /** `version`: belongs to a version and never changes. `origin`: names the host that was asked. Else a minute. */
  readonly keep?: 'version' | 'origin'
  /** Strong and without quotes; of the body when absent. */
  readonly etag?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Answers a GET or HEAD with what is read for who asks. */
export async function answer(
  c: RegistryRequest,
  read: (principal: Principal) => Promise<Answer>,
): Promise<Response> {
  const made = await read(c.get('principal'))
  const etag = made.etag ?? createHash('sha256').update(made.body).digest('base64url').slice(0, 27)
  const headers: Record<string, string> = {
    ETag: `"${etag}"`,
    'Cache-Control': cacheControl(made, c.req.header('authorization') !== undefined),
    Vary: 'Authorization',
    ...made.headers,
  }
  const known = c.req.header('if-none-match')
  if (known !== undefined && matches(known, `"${etag}"`)) return new Response(null, { status: 304, headers })
  headers['Content-Type'] = made.type
  headers['X-Content-Type-Options'] = 'nosniff'
  return new Response(made.body, { headers })
}

function cacheControl({ keep }: Answer, personal: boolean): string {
  const scope = personal || keep === 'origin' ? 'private' : 'public'
  if (keep === 'version') return `${scope}, max-age=31536000, immutable`
  return `${scope}, max-age=${personal ? 0 : 60}`
}

function matches(header: string, quoted: string): boolean {
  return header.split(',').some((tag) => {
    const text = tag.trim()
    return text === '*' || text.replace(/^W\//, '') === quoted
  })
}

/** A document as JSON. */
export function json(value: unknown, more: Omit<Answer, 'body' | 'type'> = {}): Answer {
  return { body: JSON.stringify(value), type: 'application/json', ...more }
}
