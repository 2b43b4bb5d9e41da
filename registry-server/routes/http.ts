// What routes share: who asks, in which request, and bodies that are read only as far as is allowed.
import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type * as z from 'zod/mini'
import { SkillsError } from '../../src/errors/error.ts'
import type { Principal } from '../auth.ts'
import { assertReadableJson } from '../json-bounds.ts'

/** Absent bindings: a test asks without a socket. */
export interface RegistryEnv {
  Bindings: Partial<HttpBindings>
  Variables: {
    principal: Principal
    requestId: string
    /** Runs what looks at a credential; a failure is counted as a guess. */
    guess: <T>(work: () => Promise<T>) => Promise<T>
    /** Runs for every repetition of a public answer that is given from memory. */
    onHit?: () => void
  }
}

export type RegistryRequest = Context<RegistryEnv>

/** The body as it comes; undefined when there is none. */
export function bodyOf(c: RegistryRequest): AsyncIterable<Uint8Array> | undefined {
  const incoming = c.env?.incoming
  if (incoming === undefined) return c.req.raw.body ?? undefined
  const length = c.req.header('content-length')
  const isChunked = c.req.header('transfer-encoding') !== undefined
  if (length === '0' || (length === undefined && !isChunked)) return undefined
  return arriving(incoming)
}

/** A client that goes away while it sends is no defect of the server. @throws cancelled */
async function* arriving(
  incoming: AsyncIterable<Uint8Array> & { readonly complete: boolean },
): AsyncGenerator<Uint8Array> {
  try {
    yield* incoming
  } catch (error) {
    if (incoming.complete) throw error
    throw new SkillsError('cancelled', 'The client went away before all of its body was there', {
      cause: error,
    })
  }
}

/** `Content-Length` as a number. @throws request_invalid */
export function contentLength(c: RegistryRequest): number | undefined {
  const text = c.req.header('content-length')
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new SkillsError('request_invalid', 'Content-Length is not a number of bytes')
}

/** All of a body. @throws limit_exceeded past `maxBytes` */
export async function readBody(c: RegistryRequest, maxBytes: number): Promise<Buffer> {
  const refuse = (): never => {
    throw new SkillsError('limit_exceeded', `The body is larger than the ${maxBytes} bytes that are allowed`)
  }
  if ((contentLength(c) ?? 0) > maxBytes) refuse()
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of bodyOf(c) ?? []) {
    size += part.length
    if (size > maxBytes) refuse()
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** A JSON body of the schema's shape. @throws limit_exceeded, too_complex, request_invalid naming each field */
export async function readJson<T extends z.ZodMiniType>(
  c: RegistryRequest,
  schema: T,
  maxBytes: number,
): Promise<z.infer<T>> {
  const bytes = await readBody(c, maxBytes)
  assertReadableJson(bytes, 'The body')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw new SkillsError('request_invalid', 'The body is not JSON')
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const fields = read.error.issues.map(
    ({ path, message }) => `${path.map(String).join('.') || '(body)'}: ${message}`,
  )
  throw new SkillsError('request_invalid', `The body is not as expected: ${fields[0] ?? ''}`, {
    details: { fields },
  })
}
