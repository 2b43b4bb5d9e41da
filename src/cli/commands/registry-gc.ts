// `skills registry gc`.
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { bytesText, counted } from '../views/phrases.ts'
import { number, placeOf } from './registry-options.ts'

const HOUR_MS = 60 * 60 * 1000

export async function run({ options, io }: Invocation): Promise<Answer> {
  const { gcRegistry } = await import('../../../registry-server/admin.ts')
  const dryRun = flag(options, 'dryRun')
  const grace = number(options, 'grace')
  const result = await gcRegistry(
    placeOf({ options, io }),
    defined({ dryRun, graceMs: grace === undefined ? undefined : grace * HOUR_MS }),
  )
  const { blobs, bytes, uploads } = result
  const verb = dryRun ? 'Would free' : 'Freed'
  return {
    result: { ...result, dryRun: dryRun ?? false },
    view: () => `${verb} ${counted(blobs, 'blob')} (${bytesText(bytes)}) and ${counted(uploads, 'upload')}.`,
  }
}
