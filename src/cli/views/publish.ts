// `skills pack` and `skills publish` for a person.
import { capabilitySummary } from '../../capabilities/summary.ts'
import type { PackResult } from '../../ops/pack.ts'
import type { PublishResult } from '../../ops/publish.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, paragraphs } from './layout.ts'
import { counted, diagnosticLines } from './phrases.ts'

/** What was written, with the digests that identify it. */
export function packView(result: PackResult, canvas: Canvas): string {
  const { name, version, digest, integrity, files, output, diagnostics } = result
  return paragraphs(
    diagnosticLines(diagnostics, canvas) || undefined,
    columns(
      [
        ['skill', `${name} ${version}`],
        ['content', `${integrity} (${counted(files.length, 'file')})`],
        ['artifact', digest],
      ],
      canvas,
    ),
    `Wrote ${inertText(output)}`,
  )
}

const DONE = {
  published: 'Published',
  unchanged: 'Already published, unchanged:',
  healed: 'Sent again what the registry had lost of',
  checked: 'Would publish',
} as const

/** What stands in the registry now; with --dry-run also the files that would go there. */
export function publishView(result: PublishResult, canvas: Canvas): string {
  const { status, name, version, digest, integrity, registry, files, capabilities } = result
  const { style } = canvas
  const list = files.map(({ path, bytes }) => [path, `${bytes} bytes`])
  return paragraphs(
    diagnosticLines(result.diagnostics, canvas) || undefined,
    status === 'checked' ? columns(list, canvas, { indent: '  ' }) : undefined,
    `${style('green', DONE[status])} ${style('bold', inertText(`${name}@${version}`))} in ${inertText(registry)}`,
    columns(
      [
        ['content', integrity],
        ['artifact', digest],
        ['asks for', capabilitySummary(capabilities)],
      ],
      canvas,
      { indent: '  ' },
    ),
  )
}
