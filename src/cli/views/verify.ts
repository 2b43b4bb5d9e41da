// `skills verify` for a person.
import type { LedgerCheck } from '../../ops/verify-ledger.ts'
import type { VerifiedSkill, VerifyResult } from '../../ops/verify.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { bytesText, counted, listed } from './phrases.ts'

const FILES = 20

/** Only what differs, then what was looked at. */
export function verifyView(result: VerifyResult, canvas: Canvas): string {
  const { skills, files, bytes } = result.counts
  const wrong = result.skills.filter(
    (skill) => skill.status !== 'ok' || skill.links.length > 0 || skill.origin,
  )
  const looked = `${counted(skills, 'skill')}, ${counted(files, 'file')}, ${bytesText(bytes)}`
  return paragraphs(
    ...wrong.map((skill) => findings(skill, canvas)),
    staleText(result.stale, canvas),
    ...claimLines(result.claims, canvas),
    result.unknown.length > 0 ? `Not in skills.lock: ${listed(result.unknown, 20)}` : '',
    verdict({ differing: wrong.length + result.stale.length, untrue: result.claims.length }, looked, canvas),
    ledgerText(result.ledger, canvas),
  )
}

/** What skills.lock says against the content of its skills. */
function claimLines(claims: VerifyResult['claims'], { style }: Canvas): string[] {
  return claims.map(({ name, field, problem, code }) =>
    lines(
      `${style('bold', inertText(name))} ${style('red', 'refused')} in skills.lock ${style('dim', `(${code})`)}`,
      `  ${inertText(`${field} ${problem}`)}`,
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

interface Findings {
  readonly differing: number
  readonly untrue: number
}

function verdict({ differing, untrue }: Findings, looked: string, { style }: Canvas): string {
  if (differing > 0) return `${style('red', 'drift')} in ${counted(differing, 'place')}; looked at ${looked}.`
  return untrue > 0
    ? `${style('red', 'refused')} skills.lock, which is not true of its content; looked at ${looked}.`
    : `${style('green', 'ok')} ${looked} as in skills.lock.`
}

/** `whole` says so also when all is well. */
function ledgerText(check: LedgerCheck, { style }: Canvas, whole = false): string {
  switch (check.status) {
    case 'broken': {
      const at = check.event === undefined ? '' : ` at event ${check.event}`
      return `${style('red', 'ledger broken')}${at}: ${inertText(check.reason)}`
    }
    case 'unchecked':
      return `${style('yellow', 'ledger not checked')}: ${inertText(check.reason)}`
    case 'none':
      return whole ? 'No ledger: nothing was recorded here yet.' : ''
    case 'intact':
      return whole
        ? `${style('green', 'ok')} ${counted(check.events, 'event')} in the ledger, last seal ${check.head}.`
        : ''
  }
}

/** The ledger alone. */
export function ledgerView({ ledger }: VerifyResult, canvas: Canvas): string {
  return ledgerText(ledger, canvas, true)
}

function findings(skill: VerifiedSkill, canvas: Canvas): string {
  const shown = skill.files
    .slice(0, FILES)
    .map(({ path, change, mode, expected }) => [
      { text: change === 'unknown' ? 'may differ' : change, format: 'red' as const },
      path,
      mode === undefined ? '' : `${mode}, not ${expected}`,
    ])
  const links = skill.links.map(({ path, problem }) => [{ text: problem, format: 'yellow' as const }, path])
  const more = skill.files.length - FILES
  const kind = skill.origin ? 'false address in skills.lock' : 'links'
  return lines(
    `${canvas.style('bold', inertText(skill.name))} ${skill.status === 'ok' ? kind : skill.status}`,
    skill.origin ? `  ${inertText(skill.origin.message)}` : '',
    columns([...shown, ...links], canvas, { indent: '  ' }),
    more > 0 ? `  and ${more} more` : '',
  )
}
