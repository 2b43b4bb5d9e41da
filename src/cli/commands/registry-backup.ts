// `skills registry backup DIR`.
import { resolve } from 'node:path'
import type { Answer, Invocation } from '../command.ts'
import { bytesText, counted } from '../views/phrases.ts'
import { placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { backupRegistry } = await import('../../../registry-server/admin.ts')
  const folder = resolve(io.settings.cwd, args[0] ?? '')
  const { blobs, bytes, tables } = await backupRegistry(placeOf({ options, io }), folder)
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0)
  return {
    result: { folder, blobs, bytes, rows },
    view: () => `Saved ${counted(rows, 'row')} and ${counted(blobs, 'blob')} (${bytesText(bytes)}).`,
  }
}
