// Runs one command line in this process, as the bin would, and records what it writes.
import { Readable, Writable } from 'node:stream'
import { run } from '../../src/cli/run.ts'
import type { World } from '../../src/cli/world.ts'

export interface CliOptions {
  readonly cwd: string
  /** The whole environment; HOME is `cwd` when it names none. */
  readonly env?: Readonly<Record<string, string>>
  /** Text on a stdin that is no terminal. */
  readonly stdin?: string
  /** Columns of a stdout and stderr that are terminals. */
  readonly columns?: number
  /** Sent to the program once it listens. */
  readonly signals?: readonly ('SIGINT' | 'SIGTERM')[]
}

export interface CliRun {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
  /** Statuses of the ends at once that a second signal asks for. */
  readonly aborts: readonly number[]
}

export async function runCli(argv: readonly string[], options: CliOptions): Promise<CliRun> {
  const { columns, signals = [] } = options
  const stdout = recorder(columns)
  const stderr = recorder(columns)
  const aborts: number[] = []
  const world: World = {
    env: { HOME: options.cwd, ...options.env },
    cwd: options.cwd,
    stdin: Readable.from(options.stdin === undefined ? [] : [options.stdin]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    onSignal(listener) {
      for (const signal of signals) listener(signal)
      return () => {}
    },
    abort: (status) => void aborts.push(status),
  }
  const exit = await run(argv, world)
  return { stdout: stdout.text(), stderr: stderr.text(), exit, aborts }
}

function recorder(columns: number | undefined): { stream: World['stdout']; text: () => string } {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk))
      done()
    },
  })
  return {
    stream: columns === undefined ? stream : Object.assign(stream, { isTTY: true, columns }),
    text: () => chunks.join(''),
  }
}
