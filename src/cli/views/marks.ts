// `skills yank`, `unyank` and `deprecate` for a person.
import type { MarkResult } from '../../ops/yank.ts'
import { inertText } from '../../platform/text.ts'

export function markView(
  { name, version, registry, marked }: MarkResult,
  mark: 'yanked' | 'deprecated',
): string {
  const what = inertText(version === undefined ? name : `${name}@${version}`)
  return `${what} is ${marked ? mark : `no longer ${mark}`} in ${inertText(registry)}.`
}
