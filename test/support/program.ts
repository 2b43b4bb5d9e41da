// The built program as users run it: a child process of dist/main.cjs with its own home.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const PROGRAM: string = fileURLToPath(new URL('../../dist/main.cjs', import.meta.url))

/** Root without the power to pass over permissions. */
const BOUND = [
  'setpriv',
  '--bounding-set=-dac_override,-dac_read_search',
  '--inh-caps=-dac_override,-dac_read_search',
]

export interface ProgramOptions {
  readonly cwd: string
  readonly home: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Text on stdin, which is no terminal. */
  readonly stdin?: string
  /** Modes of files bind it also when the tests run as root. */
  readonly bound?: boolean
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts the program; `ended` settles when it is over, however it ends. */
export function startProgram(
  args: readonly string[],
  options: ProgramOptions,
): { child: ChildProcess; ended: Promise<Ended> } {
  if (!existsSync(PROGRAM)) throw new Error('dist/main.cjs is missing: run "npm run build" first')
  const { cwd, home, env, bound, stdin } = options
  const [command, ...before] =
    bound && process.getuid?.() === 0 ? [...BOUND, process.execPath] : [process.execPath]
  const child = spawn(command, [...before, PROGRAM, ...args], {
    cwd,
    env: { HOME: home, PATH: process.env.PATH, CI: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => {}).end(stdin ?? '')
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, ...output }))
  })
  return { child, ended }
}

/** Runs the program to its end. */
export function runProgram(args: readonly string[], options: ProgramOptions): Promise<Ended> {
  return startProgram(args, options).ended
}
