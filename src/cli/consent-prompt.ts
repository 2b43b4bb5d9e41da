// The question whether skills may have what they ask for. Shows all of it first; nothing is granted by leaving.
import type { Capabilities } from '../capabilities/capabilities.ts'
import { describeRule } from '../capabilities/describe.ts'
import { capabilitiesOf, ruleLabel, rulesOf, type Rule } from '../capabilities/rules.ts'
import type { RequestLine } from '../manifest/request.ts'
import type { ConsentAnswer, ConsentItem } from '../ops/io.ts'
import { inertText } from '../platform/text.ts'
import { optionOf } from './prompt-option.ts'
import type { Questions } from './prompts.ts'
import { counted } from './views/phrases.ts'
import { consentCard, consentOverview, recorded } from './views/consent.ts'

type Grants = Record<string, Capabilities>

/** Asks about one skill, or about several at once with the choice to review each. */
export async function askConsent(
  questions: Questions,
  items: readonly ConsentItem[],
): Promise<ConsentAnswer> {
  const [first] = items
  if (!first) return { grants: {} }
  if (items.length === 1) return { grants: await askOne(questions, first) }
  const { printer } = questions
  printer.say(`\n${consentOverview(items, printer.err)}\n\n${recorded(printer.err)}\n`)
  for (;;) {
    const answer = await questions.pick(
      `Grant ${counted(items.length, 'skill')} what they ask for?`,
      [
        { value: 'each', label: 'Review each' },
        { value: 'yes', label: 'Yes to all' },
        { value: 'details', label: 'Details', hint: 'every line with its evidence' },
        { value: 'no', label: 'No' },
      ],
      'each',
    )
    switch (answer) {
      case 'yes':
        return { grants: Object.fromEntries(items.map((item) => [item.name, item.proposed])) }
      case 'no':
        return { grants: {} }
      case 'details':
        for (const item of items) printer.say(`\n${consentCard(item, printer.err, { details: true })}\n`)
        break
      case 'each':
        return { grants: await askEach(questions, items) }
    }
  }
}

async function askEach(questions: Questions, items: readonly ConsentItem[]): Promise<Grants> {
  const grants: Grants = {}
  for (const item of items) Object.assign(grants, await askOne(questions, item))
  return grants
}

async function askOne(questions: Questions, item: ConsentItem): Promise<Grants> {
  const { printer } = questions
  printer.say(`\n${consentCard(item, printer.err)}\n\n${recorded(printer.err)}\n`)
  // A grave request is not granted by an Enter that was meant for the question before.
  const first = item.request.lines.some(isGrave) ? 'no' : 'yes'
  const what = item.changes ? 'these changes' : 'what it asks for'
  for (;;) {
    const answer = await questions.pick(
      `Grant ${inertText(item.name)} ${what}?`,
      [
        { value: 'yes', label: 'Yes' },
        { value: 'no', label: 'No' },
        { value: 'details', label: 'Details', hint: 'every line with its evidence' },
        { value: 'edit', label: 'Edit', hint: 'choose line by line' },
      ],
      first,
    )
    switch (answer) {
      case 'yes':
        return { [item.name]: item.proposed }
      case 'no':
        return {}
      case 'edit':
        return { [item.name]: await editGrant(questions, item) }
      case 'details':
        printer.say(`\n${consentCard(item, printer.err, { details: true })}\n`)
    }
  }
}

function isGrave({ severity, status }: RequestLine): boolean {
  return severity === 'high' && status !== 'optional'
}

/** A tick for each rule that "yes" would grant; the others start without. Rules that only deny are kept: they never widen. */
async function editGrant(questions: Questions, item: ConsentItem): Promise<Capabilities> {
  const requested = rulesOf(item.request.requested)
  const known = new Set(requested.map(keyOf))
  const proposed = new Set(rulesOf(item.proposed).map(keyOf))
  const optional = rulesOf(item.request.optional).filter((rule) => !known.has(keyOf(rule)))
  const rules = [...requested, ...optional].filter((rule) => rule.list !== 'deny')
  const options = rules.map((rule, index) => {
    const line = describeRule(rule)
    const extra = index >= rules.length - optional.length ? ', optional' : ''
    return optionOf(
      index,
      line.text,
      `${line.severity}${extra}; ${ruleLabel(rule)} ${rule.value}`,
      questions.printer.err.width,
    )
  })
  const ticked = rules.flatMap((rule, index) => (proposed.has(keyOf(rule)) ? [index] : []))
  const chosen = new Set(await questions.choose(`What may ${inertText(item.name)} do?`, options, ticked))
  const denied = [...requested, ...optional].filter((rule) => rule.list === 'deny')
  return capabilitiesOf([...rules.filter((_, index) => chosen.has(index)), ...denied])
}

function keyOf(rule: Rule): string {
  return `${ruleLabel(rule)} ${rule.list ?? ''} ${rule.value}`
}
