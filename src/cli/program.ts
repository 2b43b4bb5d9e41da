// The command line as the parser knows it, built from the table. Parses and helps; runs nothing itself.
import { Command, CommanderError, Option } from 'commander'
import { SkillsError } from '../errors/error.ts'
import { closest } from '../platform/closest.ts'
import { displayText } from '../platform/text.ts'
import { VERSION } from '../platform/version.ts'
import type { CommandRow, OptionRow } from './command.ts'
import type { Options } from './flags.ts'
import { COMMANDS, HELP_GROUP } from './table.ts'

/** What was typed: a command with its arguments, or text to show (help, version). */
export type Parsed =
  | { readonly kind: 'command'; readonly row: CommandRow; readonly args: string[]; readonly options: Options }
  | { readonly kind: 'text'; readonly text: string }

/**
 * Reads the arguments after the program's name. `width` is for help.
 * @throws usage with a hint
 */
export function parseArguments(argv: readonly string[], width: number): Parsed {
  let text = ''
  let parsed: Parsed | undefined
  const program = new Command('skills')
    .description('A package manager for agent skills that verifies what your agents run.')
    .version(VERSION, '-V, --version', 'print the version')
    .option('-C, --cwd <dir>', 'work in this directory')
    .option('--json', 'print the result as JSON')
    .option('--color', 'colours even where the output is not a terminal')
    .option('--no-color', 'no colours')
    .helpOption('-h, --help', 'print help')
    .configureHelp({ showGlobalOptions: true, subcommandTerm: termOf })
    .configureOutput({
      writeOut: (part) => (text += part),
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => Math.min(width, 110),
      getOutHasColors: () => false,
    })
    .exitOverride()
    .addHelpText('after', '\nRun `skills help COMMAND` for options and examples.')
  program.addHelpCommand(
    new Command('help').argument('[command]').summary('print help for a command').helpGroup(HELP_GROUP),
  )
  // `--color` has no default, so that the environment can decide.
  program.setOptionValue('color', undefined)
  const onRun = (row: CommandRow, args: string[], options: Options): void => {
    parsed = { kind: 'command', row, args, options }
  }
  const typed = new Set(argv)
  for (const row of COMMANDS) {
    const named = typed.has(row.name) || row.aliases?.some((alias) => typed.has(alias))
    const command = named ? build(row, program, onRun) : outline(row, program)
    program.addCommand(command, { hidden: row.hidden === true })
  }
  if (argv.length === 0) return { kind: 'text', text: program.helpInformation() + helpTail() }
  try {
    program.parse([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return { kind: 'text', text }
    // No command was named, or `help` does not know the one that was.
    if (error.code === 'commander.help') {
      if (program.args[0] === 'help') throw unknownCommand(program.args[1] ?? '')
      return { kind: 'text', text: program.helpInformation() + helpTail() }
    }
    throw usageError(error, argv)
  }
  return parsed ?? { kind: 'text', text }
}

function unknownCommand(name: string): SkillsError {
  const known = COMMANDS.flatMap((row) => (row.hidden ? [] : [row.name, ...(row.aliases ?? [])]))
  const near = closest(name, known)
  return new SkillsError('usage', `Unknown command '${displayText(name)}'`, {
    hint: near ? `did you mean ${near}? \`skills --help\` lists what there is` : 'see `skills --help`',
  })
}

function helpTail(): string {
  return '\nRun `skills help COMMAND` for options and examples.\n'
}

/** What the list of commands and its suggestions need; options of commands that were not typed would be built in vain. */
function outline(row: CommandRow, parent: Command): Command {
  const command = new Command(row.name).copyInheritedSettings(parent).aliases(row.aliases ?? [])
  command.summary(row.summary)
  if (row.group) command.helpGroup(row.group)
  return row.args ? command.arguments(row.args) : command
}

function build(
  row: CommandRow,
  parent: Command,
  onRun: (row: CommandRow, args: string[], options: Options) => void,
): Command {
  const command = outline(row, parent).description(sentence(row))
  for (const option of row.options ?? []) command.addOption(optionOf(option))
  if (row.examples)
    command.addHelpText('after', `\nExamples:\n${row.examples.map((e) => `  $ ${e}`).join('\n')}`)
  for (const child of row.commands ?? []) command.addCommand(build(child, command, onRun))
  if (row.commands) command.helpCommand(false)
  return command.action(() => onRun(row, command.args, command.optsWithGlobals()))
}

function optionOf({ flags, summary, many }: OptionRow): Option {
  const option = new Option(flags, summary)
  return many
    ? option.argParser((value: string, before: string[] | undefined) => [...(before ?? []), value])
    : option
}

function sentence({ summary, about }: CommandRow): string {
  const first = `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
  return about ? `${first}\n\n${about}` : first
}

function termOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = argument.name() + (argument.variadic ? '...' : '')
    return argument.required ? ` <${name}>` : ` [${name}]`
  })
  return [command.name(), ...command.aliases()].join(', ') + args.join('')
}

/** The command that was typed: the first word that is no option and no option's value. What follows are its arguments. */
function commandOf(argv: readonly string[]): string | undefined {
  const [word = '', next = ''] = argv.filter(
    (one, index) => !one.startsWith('-') && !TAKES_VALUE.has(argv[index - 1] ?? ''),
  )
  const row = COMMANDS.find(({ name, aliases }) => name === word || aliases?.includes(word))
  return row?.commands?.some(({ name }) => name === next) ? `${word} ${next}` : row && word
}

/** Options that may stand before the command and take the next word. */
const TAKES_VALUE: ReadonlySet<string> = new Set(['-C', '--cwd'])

/** The parser's sentence as ours: capital letter, no "error:", the suggestion as the hint. */
function usageError(error: CommanderError, argv: readonly string[]): SkillsError {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n')
  const guess = /Did you mean (?:one of )?(.+)\?\)/.exec(rest.join('\n'))?.[1]
  const name = commandOf(argv)
  const message = displayText(first.charAt(0).toUpperCase() + first.slice(1)).replace(/\.$/, '')
  if (error.code === 'commander.excessArguments' && name === 'install') {
    return new SkillsError('usage', 'install takes no source; it installs what skills.json says', {
      hint: 'to add a skill: skills add SOURCE',
    })
  }
  const help = name ? `skills ${name} --help` : 'skills --help'
  return new SkillsError('usage', message, {
    hint: guess ? `did you mean ${displayText(guess)}? \`${help}\` lists what there is` : `see \`${help}\``,
  })
}
