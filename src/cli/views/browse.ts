// `skills add --list` for a person.
import type { BrowseResult } from '../../ops/browse.ts'
import { inertShort, inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { counted, shortAddress } from './phrases.ts'

const DESCRIPTION = 160

type Offered = BrowseResult['skills'][number]

/** Skills by group, then what could not be used and why. */
export function browseView(result: BrowseResult, canvas: Canvas): string {
  const { skills, leftOut } = result
  const blocks = [...grouped(skills)].map(([group, found]) =>
    lines(group === undefined ? '' : canvas.style('bold', inertText(group)), rows(found, canvas)),
  )
  const at = result.resolution ? ` at ${inertText(shortAddress(result.resolution))}` : ''
  const source = `${inertText(result.source)}${at}`
  return paragraphs(
    ...blocks,
    leftOut.length > 0 ? lines(canvas.style('yellow', 'Left out:'), ...leftOutLines(leftOut, canvas)) : '',
    `${counted(skills.length, 'skill')} in ${source}${leftOut.length > 0 ? `, ${leftOut.length} left out` : ''}.`,
  )
}

function grouped(skills: readonly Offered[]): Map<string | undefined, Offered[]> {
  const groups = new Map<string | undefined, Offered[]>()
  for (const skill of skills) groups.set(skill.group, [...(groups.get(skill.group) ?? []), skill])
  return groups
}

function rows(skills: readonly Offered[], canvas: Canvas): string {
  return columns(
    skills.map((skill) => [
      { text: skill.name, format: 'cyan' as const },
      skill.version ?? '',
      skill.needsName === undefined
        ? summary(skill.description)
        : `${summary(skill.description)} (needs --as NAME)`,
    ]),
    canvas,
    { indent: '  ' },
  )
}

/** A description is written for an agent and runs on; a list shows how it begins. `--json` has all of it. */
function summary(description: string): string {
  return inertShort(description, DESCRIPTION)
}

/** Paths that are listed for one reason; `--json` has all. */
const LISTED = 40

type Reason = BrowseResult['leftOut'][number]

/** The paths under each reason: what many share is said once. */
function leftOutLines(leftOut: readonly Reason[], canvas: Canvas): string[] {
  const byReason = new Map<string, Reason[]>()
  for (const one of leftOut) {
    const key = `${one.code} ${one.reason}`
    const same = byReason.get(key)
    if (same) same.push(one)
    else byReason.set(key, [one])
  }
  return [...byReason.values()].flatMap((same) => {
    const [{ code, reason } = { code: '', reason: '' }] = same
    const more = same.length - LISTED
    return [
      ...same.slice(0, LISTED).map(({ path }) => `  ${inertText(path)}`),
      ...(more > 0 ? [`  and ${more} more; --json names all`] : []),
      `    ${inertText(reason)} ${canvas.style('dim', `(${code})`)}`,
    ]
  })
}
