// `skills capabilities`, `… grant` and `… revoke` for a person.
import type { Capabilities } from '../../capabilities/capabilities.ts'
import { describeCapabilities } from '../../capabilities/describe.ts'
import type { CapabilitiesResult } from '../../ops/capabilities.ts'
import { inertText } from '../../platform/text.ts'
import type { Canvas } from '../style.ts'
import { requestLines } from './consent.ts'
import { columns, lines, paragraphs } from './layout.ts'
import { placeText } from './phrases.ts'

const SEVERITY = { high: 'red', medium: 'yellow', low: 'dim' } as const

/** Each skill with what it may do and what it asks for beyond that. */
export function capabilitiesView(result: CapabilitiesResult, canvas: Canvas): string {
  if (result.skills.length === 0) return `No skills in ${placeText(result)}.`
  return paragraphs(...result.skills.map((skill) => skillText(skill, canvas)))
}

/** A line a rule, the severity first. */
export function capabilityLines(capabilities: Capabilities, canvas: Canvas, indent: string): string {
  return columns(
    describeCapabilities(capabilities).map(({ severity, text }) => [
      { text: severity, format: SEVERITY[severity] },
      text,
    ]),
    canvas,
    { indent },
  )
}

function skillText(skill: CapabilitiesResult['skills'][number], canvas: Canvas): string {
  const granted = describeCapabilities(skill.granted)
  const given = new Set(granted.map((line) => `${line.capability} ${line.value}`))
  const rest = (skill.request?.lines ?? []).filter((line) => !given.has(`${line.capability} ${line.value}`))
  return lines(
    canvas.style('bold', inertText(skill.name)) + (skill.changed ? canvas.style('green', ' (changed)') : ''),
    granted.length === 0 ? '  granted: nothing' : '  granted, as skills.lock says:',
    capabilityLines(skill.granted, canvas, '    '),
    skill.request && rest.length > 0
      ? lines('  asks for, not granted:', requestLines({ ...skill.request, lines: rest }, canvas))
      : '',
  )
}
