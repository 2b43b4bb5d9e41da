// `skills init` for a person.
import type { InitResult } from '../../ops/init.ts'
import { displayText } from '../../platform/text.ts'
import { lines } from './layout.ts'

export function initView({ kind, path, files }: InitResult): string {
  const next =
    kind === 'skill'
      ? `Next: write ${displayText(path)}/SKILL.md, then \`skills validate ${displayText(path)}\``
      : 'Next: `skills add SOURCE`'
  return lines(...files.map((file) => `Wrote ${displayText(path)}/${displayText(file)}`), next)
}
