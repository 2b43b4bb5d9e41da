// `skills info @scope/name` for a person.
import type { Capabilities } from '../../capabilities/capabilities.ts'
import type { PublishedInfo } from '../../ops/info-published.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { capabilityLines } from './capabilities.ts'
import { columns, lines, paragraphs, wrap } from './layout.ts'
import { bytesText, counted, facts, listed } from './phrases.ts'
import { shellCommand } from '../../platform/shell.ts'

const FILES = 20
const VERSIONS = 10

/** What it is, what it asks for, its files, its versions, and how to add it. */
export function publishedView(skill: PublishedInfo, canvas: Canvas): string {
  const { style, width } = canvas
  const { name, version, versions, files } = skill
  const bytes = files.reduce((sum, file) => sum + file.size, 0)
  const newest = skill.tags.latest === version
  return paragraphs(
    lines(
      `${style('bold', inertText(name))} ${inertText(version)}`,
      ...wrap(inertText(skill.description), Math.min(width, 100)),
    ),
    facts(
      [
        ['yanked', skill.yanked],
        ['deprecated', skill.deprecated],
        ['registry', skill.registry],
        ['published', `${day(skill.publishedAt)} by ${skill.publisher}`],
        ['content', skill.integrity],
        ['artifact', skill.digest],
        [
          'signer',
          skill.signer === 'unsigned' ? skill.signer : `${skill.signer} (as the registry says; not verified)`,
        ],
        ['license', skill.license],
        ['owners', listed(skill.owners)],
        ['downloads', String(skill.downloads)],
        ['used by', counted(skill.dependents, 'skill')],
        ['needs', listed(Object.entries(skill.dependencies).map(([other, range]) => `${other}@${range}`))],
      ],
      canvas,
    ),
    asked('Asks for:', skill.capabilities, canvas) || 'Asks for nothing.',
    asked('Works better with:', skill.optionalCapabilities ?? {}, canvas),
    lines(
      `Files (${files.length}, ${bytesText(bytes)}):`,
      columns(
        files.slice(0, FILES).map(({ path, size }) => [path, bytesText(size)]),
        canvas,
        { indent: '  ' },
      ),
      files.length > FILES ? `  and ${files.length - FILES} more` : '',
    ),
    lines(
      `Versions (${versions.length}):`,
      columns(
        versions
          .slice(0, VERSIONS)
          .map((one) => [
            one.version,
            day(one.publishedAt),
            one.yanked === undefined
              ? tagsOf(skill, one.version)
              : { text: `yanked: ${one.yanked}`, format: 'yellow' as const },
          ]),
        canvas,
        { indent: '  ' },
      ),
      versions.length > VERSIONS ? `  and ${versions.length - VERSIONS} more` : '',
    ),
    `Add it with \`${shellCommand('skills add', newest ? name : `${name}@${version}`)}\`.`,
  )
}

function asked(title: string, capabilities: Capabilities, canvas: Canvas): string {
  const rules = capabilityLines(capabilities, canvas, '  ')
  return rules === '' ? '' : lines(title, rules)
}

function tagsOf({ tags }: PublishedInfo, version: string): string {
  return Object.keys(tags)
    .filter((tag) => tags[tag] === version)
    .join(', ')
}

function day(moment: string): string {
  return moment.slice(0, 10)
}
