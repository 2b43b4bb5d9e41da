// `skills init` for a person.
import type { InitResult } from '../../ops/init.ts'
import { inertText } from '../../platform/text.ts'
import { lines } from './layout.ts'

export function initView({ kind, path, files }: InitResult): string {
  const next =
    kind === 'skill'
      ? `Next: write ${inertText(path)}/SKILL.md, then \`skills validate ${inertText(path)}\``
      : 'Next: `skills add SOURCE`'
  return lines(...files.map((file) => `Wrote ${inertText(path)}/${inertText(file)}`), next)
}
