// `skills yank`, `unyank` and `deprecate` for a person.
import type { MarkResult } from '../../ops/yank.ts'
import { displayText } from '../../platform/text.ts'

export function markView(
  { name, version, registry, marked }: MarkResult,
  mark: 'yanked' | 'deprecated',
): string {
  const what = displayText(version === undefined ? name : `${name}@${version}`)
  return `${what} is ${marked ? mark : `no longer ${mark}`} in ${displayText(registry)}.`
}
