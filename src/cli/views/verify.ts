// `skills verify` for a person.
import type { VerifiedSkill, VerifyResult } from '../../ops/verify.ts'
import { displayText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { bytesText, counted, listed } from './phrases.ts'

const FILES = 20

/** Only what differs, then what was looked at. */
export function verifyView(result: VerifyResult, canvas: Canvas): string {
  const { style } = canvas
  const { skills, files, bytes } = result.counts
  const wrong = result.skills.filter((skill) => skill.status !== 'ok' || skill.links.length > 0)
  const looked = `${counted(skills, 'skill')}, ${counted(files, 'file')}, ${bytesText(bytes)}`
  return paragraphs(
    ...wrong.map((skill) => findings(skill, canvas)),
    staleText(result.stale, canvas),
    ...claimLines(result.claims, canvas),
    result.unknown.length > 0 ? `Not in skills.lock: ${listed(result.unknown, 20)}` : '',
    result.ok
      ? `${style('green', 'ok')} ${looked} as in skills.lock.`
      : wrong.length + result.stale.length === 0
        ? `${style('red', 'refused')} skills.lock, which is not true of its content; looked at ${looked}.`
        : `${style('red', 'drift')} in ${counted(wrong.length + result.stale.length, 'place')}; looked at ${looked}.`,
  )
}

/** What skills.lock says against the content of its skills. */
function claimLines(claims: VerifyResult['claims'], { style }: Canvas): string[] {
  return claims.map(({ name, field, problem, code }) =>
    lines(
      `${style('bold', displayText(name))} ${style('red', 'refused')} in skills.lock ${style('dim', `(${code})`)}`,
      `  ${displayText(`${field} ${problem}`)}`,
    ),
  )
}

function staleText(stale: VerifyResult['stale'], canvas: Canvas): string {
  if (stale.length === 0) return ''
  const rows = stale.map(({ path, state }) => [
    { text: state, format: 'red' as const },
    path,
    state === 'edited' ? 'was edited, so it stays' : 'goes with the next skills install',
  ])
  return lines('No longer in skills.lock:', columns(rows, canvas, { indent: '  ' }))
}

function findings(skill: VerifiedSkill, canvas: Canvas): string {
  const shown = skill.files
    .slice(0, FILES)
    .map(({ path, change }) => [
      { text: change === 'unknown' ? 'may differ' : change, format: 'red' as const },
      path,
    ])
  const links = skill.links.map(({ path, problem }) => [{ text: problem, format: 'yellow' as const }, path])
  const more = skill.files.length - FILES
  return lines(
    `${canvas.style('bold', displayText(skill.name))} ${skill.status === 'ok' ? 'links' : skill.status}`,
    columns([...shown, ...links], canvas, { indent: '  ' }),
    more > 0 ? `  and ${more} more` : '',
  )
}
