// `skills registry import DIR`; exit 1 when a skill was refused.
import { resolve } from 'node:path'
import { SkillsError } from '../../errors/error.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, text } from '../flags.ts'
import { columns, lines, paragraphs } from '../views/layout.ts'
import { counted } from '../views/phrases.ts'
import { placeOf } from './registry-options.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const { importIntoRegistry } = await import('../../../registry-server/admin.ts')
  const scope = text(options, 'scope')
  if (scope === undefined) {
    throw new SkillsError('usage', 'import needs a scope', { hint: 'add --scope @name' })
  }
  const folder = resolve(io.settings.cwd, args[0] ?? '')
  const version = text(options, 'defaultVersion')
  const request = { folder, scope, signal: io.signal, ...defined({ version }) }
  const result = await importIntoRegistry(placeOf({ options, io }), request)
  const { published, warnings, refused, leftOut } = result
  return {
    result,
    view: (canvas) =>
      paragraphs(
        lines(...warnings.map(({ message }) => `${canvas.style('yellow', 'warning')} ${message}`)) ||
          undefined,
        columns(
          refused.map(({ path, code, message }) => [path, code, message]),
          canvas,
        ) || undefined,
        columns(
          leftOut.map(({ path, code, reason }) => [path, code, reason]),
          canvas,
        ) || undefined,
        `Published ${counted(published.length, 'skill')} in ${scope}; ${refused.length} refused, ${leftOut.length} left out.`,
      ),
    ...(refused.length > 0 && { exit: 1 }),
  }
}
