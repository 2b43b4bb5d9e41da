// `skills registry restore DIR`.
import { resolve } from 'node:path'
import type { Answer, Invocation } from '../command.ts'
import { paragraphs } from '../views/layout.ts'
import { bytesText, counted } from '../views/phrases.ts'
import { placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { restoreRegistry } = await import('../../../registry-server/admin.ts')
  const folder = resolve(io.settings.cwd, args[0] ?? '')
  const { blobs, bytes, createdAt, missing } = await restoreRegistry(placeOf({ options, io }), folder)
  return {
    result: { folder, blobs, bytes, createdAt, missing },
    view: () =>
      paragraphs(
        `Restored the registry of ${createdAt} with ${counted(blobs, 'blob')} (${bytesText(bytes)}).`,
        ...missing.map((digest) => `The backup lacks ${digest}, which no manifest needs.`),
      ),
  }
}
