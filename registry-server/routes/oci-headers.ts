// Headers of the distribution face that more than one route reads or writes.
import type { ByteRange } from '../blobs/store.ts'
import type { RegistryContext } from '../context.ts'
import type { RegistryRequest } from './http.ts'

/** Whether shared caches may keep what is in the repository. */
export function publicOrPrivate(context: RegistryContext, repository: { readonly public: number }): string {
  return context.config.anonymousRead && repository.public === 1 ? 'public' : 'private'
}

/** The client has these bytes already. */
export function isUnchanged(c: RegistryRequest, digest: string): boolean {
  const tags = c.req.header('if-none-match')
  return tags !== undefined && tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${digest}"`)
}

/**
 * One range of `Range: bytes=…`, as RFC 9110 has it; `none` where the whole is to be answered (no range, several, another
 * unit), `bad` for one that is beyond the end.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'none' | 'bad' {
  const [, first = '', last = ''] =
    /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '') ?? []
  if (first === '' && last === '') return 'none'
  if (first === '') {
    const length = Math.min(Number(last), size)
    return length === 0 ? 'bad' : { start: size - length, end: size - 1 }
  }
  const start = Number(first)
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1)
  if (last !== '' && Number(last) < start) return 'none'
  return start >= size ? 'bad' : { start, end }
}
