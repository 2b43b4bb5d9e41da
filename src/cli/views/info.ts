// `skills info` for a person.
import { capabilitySummary } from '../../capabilities/summary.ts'
import type { InfoResult } from '../../ops/info.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { requestLines } from './consent.ts'
import { columns, lines, paragraphs, wrap } from './layout.ts'
import { bytesText, diagnosticLines, facts, shortAddress } from './phrases.ts'

const FILES = 20
const HISTORY = 10

/** What it is, where it came from, what it may do, its files, and what happened to it. */
export function infoView(skill: InfoResult, canvas: Canvas): string {
  const { style, width } = canvas
  const version = skill.version === undefined ? '' : ` ${inertText(skill.version)}`
  const bytes = skill.files.reduce((sum, file) => sum + file.bytes, 0)
  return paragraphs(
    lines(
      style('bold', inertText(skill.name)) + version,
      ...wrap(inertText(skill.description), Math.min(width, 100)),
    ),
    facts(
      [
        ['source', skill.spec],
        ['address', shortAddress(skill.resolution)],
        ['integrity', skill.integrity],
        [
          'signer',
          skill.signer === 'unsigned' ? skill.signer : `${skill.signer} (as skills.lock says; not verified)`,
        ],
        ['license', skill.license],
        ['needs', skill.compatibility],
        ['place', skill.installed ? skill.path : `${skill.path} (not installed)`],
        ['links', skill.links.join(', ')],
        ['granted', `${capabilitySummary(skill.capabilities)} (as skills.lock says)`],
      ],
      canvas,
    ),
    asked(skill, canvas),
    lines(
      `Files (${skill.files.length}, ${bytesText(bytes)}):`,
      columns(
        skill.files.slice(0, FILES).map((file) => [file.path, bytesText(file.bytes)]),
        canvas,
        { indent: '  ' },
      ),
      skill.files.length > FILES ? `  and ${skill.files.length - FILES} more` : '',
    ),
    skill.diagnostics.length > 0 ? lines('Findings:', diagnosticLines(skill.diagnostics, canvas, '  ')) : '',
    skill.history.length > 0
      ? lines(
          'History:',
          columns(
            skill.history.slice(0, HISTORY).map(({ at, action, actor }) => [at, action, actor]),
            canvas,
            { indent: '  ' },
          ),
        )
      : '',
  )
}

function asked({ request }: InfoResult, canvas: Canvas): string {
  if (!request) return 'Its content is not at hand: install it to see what it asks for.'
  return request.lines.length > 0 ? lines('Asks for:', requestLines(request, canvas)) : 'Asks for nothing.'
}
