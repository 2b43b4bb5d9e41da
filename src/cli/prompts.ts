// Questions to a person at a terminal, on stderr. Leaving a question is `cancelled`. The library loads with the first one.
import type { Option } from '@clack/prompts'
import { SkillsError } from '../errors/error.ts'
import type { AgentChoice, Ask, ConsentAnswer, ConsentItem, SkillChoice } from '../ops/io.ts'
import { displayText } from '../platform/text.ts'
import { askConsent } from './consent-prompt.ts'
import type { Printer } from './output.ts'
import { optionOf } from './prompt-option.ts'
import type { World } from './world.ts'

export interface AskParts {
  readonly world: World
  readonly printer: Printer
  readonly signal: AbortSignal
  /** Takes the progress line away. */
  readonly pause: () => void
}

/** The forms of question that the prompts are made of. */
export interface Questions {
  readonly printer: Printer
  readonly pick: <T>(message: string, options: Option<T>[], first: T) => Promise<T>
  readonly choose: <T>(message: string, options: Option<T>[], chosen: T[]) => Promise<T[]>
  /** Like `choose`, and may be narrowed by typing. */
  readonly search: <T>(message: string, options: Option<T>[], chosen: T[]) => Promise<T[]>
  readonly confirm: (message: string) => Promise<boolean>
  readonly secret: (message: string) => Promise<string>
}

/** An `Ask` over a terminal. */
export function createAsk(parts: AskParts): Ask {
  const questions = createQuestions(parts)
  return {
    chooseSkills: (choices) => chooseSkills(questions, choices),
    chooseAgents: (choices) => chooseAgents(questions, choices),
    consent: (items: readonly ConsentItem[]): Promise<ConsentAnswer> => askConsent(questions, items),
    confirm: (question) => questions.confirm(displayText(question)),
    secret: (question) => questions.secret(displayText(question)),
  }
}

const FEW = 12
async function chooseSkills(questions: Questions, choices: readonly SkillChoice[]): Promise<string[]> {
  const options = choices.map(({ key, name, description, group }) =>
    optionOf(key, group === undefined ? name : `${group}: ${name}`, description, questions.printer.err.width),
  )
  const ask = choices.length > FEW ? questions.search : questions.choose
  return ask(`Which of the ${choices.length} skills?`, options, [])
}

async function chooseAgents(questions: Questions, choices: readonly AgentChoice[]): Promise<string[]> {
  const found = choices.filter((choice) => choice.detected)
  const options = [...found, ...choices.filter((choice) => !choice.detected)].map(
    ({ id, label, detected }) => ({
      value: id,
      label,
      ...(detected ? { hint: 'found here' } : {}),
    }),
  )
  return questions.search(
    'Which agents shall use it?',
    options,
    found.map((choice) => choice.id),
  )
}

function createQuestions({ world, printer, signal, pause }: AskParts): Questions {
  const common = { input: world.stdin, output: world.stderr, signal }
  const ready = async (): Promise<typeof import('@clack/prompts')> => {
    pause()
    return import('@clack/prompts')
  }
  return {
    printer,
    async pick<T>(message: string, options: Option<T>[], initialValue: T): Promise<T> {
      const { select } = await ready()
      return answered<T>(
        await select<T>({ ...common, message, options, initialValue, showInstructions: false }),
      )
    },
    async choose<T>(message: string, options: Option<T>[], initialValues: T[]): Promise<T[]> {
      const { multiselect } = await ready()
      return answered<T[]>(
        await multiselect<T>({ ...common, message, options, initialValues, required: false }),
      )
    },
    async search<T>(message: string, options: Option<T>[], initialValues: T[]): Promise<T[]> {
      const { autocompleteMultiselect } = await ready()
      const placeholder = 'type to narrow, tab to tick'
      return answered<T[]>(
        await autocompleteMultiselect<T>({
          ...common,
          message,
          options,
          initialValues,
          placeholder,
          maxItems: FEW,
        }),
      )
    },
    async secret(message) {
      const { password } = await ready()
      return answered<string>(await password({ ...common, message }))
    },
    async confirm(message) {
      const { confirm } = await ready()
      return answered<boolean>(await confirm({ ...common, message, initialValue: false }))
    },
  }
}

/** The library answers with a symbol when the user leaves. */
function answered<T>(value: T | symbol): T {
  if (typeof value === 'symbol') throw new SkillsError('cancelled', 'Cancelled')
  return value
}
