// What a command is: a row of the table that help is made of, and a module that is loaded when it runs.
import type { Io } from '../ops/io.ts'
import type { Options } from './flags.ts'
import type { Canvas } from './style.ts'

export interface OptionRow {
  /** As help shows it: `-a, --agent <id>`. */
  readonly flags: string
  readonly summary: string
  /** May be repeated and separated by commas. */
  readonly many?: true
}

export interface CommandRow {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly group?: string
  readonly hidden?: true
  /** As help shows them: `[source...]`. */
  readonly args?: string
  readonly summary: string
  /** A paragraph under the usage line. */
  readonly about?: string
  readonly options?: readonly OptionRow[]
  readonly examples?: readonly string[]
  readonly commands?: readonly CommandRow[]
  readonly load: () => Promise<CommandModule>
}

/** One run of a command. */
export interface Invocation {
  readonly args: readonly string[]
  readonly options: Options
  readonly io: Io
  /** Lines of a command that runs on; they go where remarks go. */
  readonly say: (text: string) => void
}

export interface Answer {
  /** JSON-safe. */
  readonly result: unknown
  /** The same for a person. */
  readonly view: (canvas: Canvas) => string
  /** Exit status when it is not 0. */
  readonly exit?: number
}

export interface CommandModule {
  readonly run: (invocation: Invocation) => Promise<Answer>
}
