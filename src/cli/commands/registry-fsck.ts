// `skills registry fsck`; exit 4 when something is damaged or missing.
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { columns, paragraphs } from '../views/layout.ts'
import { bytesText, counted } from '../views/phrases.ts'
import { placeOf } from './registry-options.ts'

export async function run({ options, io }: Invocation): Promise<Answer> {
  const { fsckRegistry } = await import('../../../registry-server/admin.ts')
  const request = defined({ quick: flag(options, 'quick'), signal: io.signal })
  const result = await fsckRegistry(placeOf({ options, io }), request)
  const { findings, blobs, manifests, bytes } = result
  const harmful = findings.filter((finding) => finding.harmful)
  const looked = `${counted(manifests, 'manifest')} and ${counted(blobs, 'blob')} (${bytesText(bytes)})`
  return {
    result,
    view: (canvas) =>
      paragraphs(
        columns(
          findings.map(({ kind, subject, message }) => [kind, subject, message]),
          canvas,
        ),
        harmful.length === 0
          ? `Nothing that is needed is damaged in ${looked}.`
          : `${counted(harmful.length, 'fault')} in ${looked}.`,
      ),
    ...(harmful.length > 0 && { exit: 4 }),
  }
}
