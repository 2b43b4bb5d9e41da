// From arguments to an exit status: parse, build what the use case may reach, run it, show the result or the error.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { readSettings, surroundings } from '../platform/env.ts'
import { displayText } from '../platform/text.ts'
import type { Io, Notice } from '../ops/io.ts'
import type { Answer } from './command.ts'
import { asSkillsError, printFailure } from './failure.ts'
import { createPrinter, type Printer } from './output.ts'
import { parseArguments, type Parsed } from './program.ts'
import { createProgress, SILENT } from './progress.ts'
import { processWorld, type World } from './world.ts'

type CommandLine = Extract<Parsed, { kind: 'command' }>

/** The real process: runs, flushes and exits. */
export async function runProcess(argv: readonly string[]): Promise<void> {
  const world = processWorld()
  const status = await run(argv, world)
  process.exitCode = status
  // Idle connections must not keep the process; what was written must still leave it.
  const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
    new Promise((done) => (stream.writable ? stream.write('', () => done()) : done()))
  await Promise.all([flushed(process.stdout), flushed(process.stderr)])
  process.exit(status)
}

/** Runs one command line in a world and gives its exit status. Never throws. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  let printer: Printer | undefined
  const options = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const wish = { env: {} as Readonly<Record<string, string | undefined>> }
  try {
    const here = surroundings(world.env, world.cwd)
    wish.env = here.env
    printer = createPrinter(world, wish)
    const parsed = parseArguments(argv, printer.out.width)
    if (parsed.kind === 'text') {
      printer.result(parsed.text)
      return 0
    }
    const colour = parsed.options.color
    if (typeof colour === 'boolean') printer = createPrinter(world, { ...wish, flag: colour })
    return await execute(parsed, { world, printer, ...here })
  } catch (error) {
    const failure = asSkillsError(error)
    printer ??= createPrinter(world, wish)
    printFailure(failure, printer, {
      json: options.includes('--json'),
      debug: Boolean(wish.env.SKILLWARD_DEBUG),
    })
    return failure.exit
  }
}

interface Session {
  readonly world: World
  readonly printer: Printer
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

async function execute(line: CommandLine, session: Session): Promise<number> {
  const { world, printer, env } = session
  const json = line.options.json === true
  const controller = new AbortController()
  let stopped: number | undefined
  const release = world.onSignal((signal) => {
    if (stopped !== undefined) return world.abort(stopped)
    stopped = signal === 'SIGINT' ? 130 : 143
    controller.abort(new SkillsError('cancelled', 'Cancelled'))
  })
  const progress = world.stderr.isTTY && !json ? createProgress(printer) : SILENT
  try {
    const io = await createIo(line, { ...session, controller, progress })
    const { run: runCommand } = await line.row.load()
    const say = (text: string): void => printer.say(text)
    const answer = await runCommand({ args: line.args, options: line.options, io, say })
    progress.clear()
    show(answer, printer, json)
    return answer.exit ?? 0
  } catch (error) {
    progress.clear()
    const failure = asSkillsError(error, controller.signal)
    printFailure(failure, printer, { json, debug: Boolean(env.SKILLWARD_DEBUG) })
    return stopped ?? failure.exit
  } finally {
    release()
  }
}

function show(answer: Answer, printer: Printer, json: boolean): void {
  if (json) printer.json(answer.result)
  else printer.result(answer.view(printer.out))
}

interface IoParts extends Session {
  readonly controller: AbortController
  readonly progress: ReturnType<typeof createProgress>
}

async function createIo(line: CommandLine, parts: IoParts): Promise<Io> {
  const { world, printer, progress, controller } = parts
  const settings = readSettings(parts.env, workingDirectory(line.options.cwd, parts.cwd))
  const interactive = world.stdin.isTTY === true && world.stderr.isTTY === true && !settings.ci
  const io: Io = {
    settings,
    signal: controller.signal,
    now: () => new Date(),
    report: (message) => progress.report(message),
    notice: (notice) => printer.say(noticeText(notice, printer)),
    show: async (items) => {
      const { showConsent } = await import('./views/consent.ts')
      printer.say(showConsent(items, printer.err))
    },
    ...(world.startedAt !== undefined && { startedAt: world.startedAt }),
    ...(world.stdin.isTTY !== true && { input: () => readAll(world.stdin) }),
  }
  if (!interactive || line.options.json === true) return io
  const { createAsk } = await import('./prompts.ts')
  return {
    ...io,
    ask: createAsk({ world, printer, signal: controller.signal, pause: () => progress.clear() }),
  }
}

const MAX_INPUT = 64 * 1024

/** What is piped in. @throws usage when it is too long for what it is meant for */
async function readAll(stdin: World['stdin']): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > MAX_INPUT) throw new SkillsError('usage', `More than ${MAX_INPUT} bytes are piped in`)
  }
  return text
}

/** @throws usage when `-C` names no directory */
function workingDirectory(wanted: unknown, cwd: string): string {
  if (typeof wanted !== 'string') return cwd
  const directory = resolve(cwd, wanted)
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return directory
  throw new SkillsError('usage', `There is no directory ${displayText(wanted)}`, {
    hint: 'give -C a directory that exists',
  })
}

function noticeText({ code, message, hint }: Notice, printer: Printer): string {
  const { style } = printer.err
  const head = `${style('yellow', 'warning:')} ${message} ${style('dim', `(${code})`)}`
  return hint === undefined ? head : `${head}\n${style('cyan', 'hint:')} ${hint}`
}
