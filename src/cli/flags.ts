// The options that the parser gives, read with types. What was not typed is absent, never undefined.
import { resolve } from 'node:path'
import type { GrantChoice } from '../ops/io.ts'

export type Options = Readonly<Record<string, unknown>>

export type Defined<T> = {
  [K in keyof T as undefined extends T[K] ? never : K]: T[K]
} & { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> }

/** The same object without the properties that are undefined. */
export function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>
}

/** `true` when the flag was typed. */
export function flag(options: Options, name: string): true | undefined {
  return options[name] === true ? true : undefined
}

export function text(options: Options, name: string): string | undefined {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** The values of an option that may be repeated and separated by commas. */
export function list(options: Options, name: string): string[] | undefined {
  const value = options[name]
  if (!Array.isArray(value)) return undefined
  return value.flatMap((item) => String(item).split(',')).flatMap((item) => item.trim() || [])
}

/** `--grant requested|none|FILE`; a file is relative to the working directory. */
export function grant(options: Options, cwd: string): GrantChoice | undefined {
  const value = text(options, 'grant')
  if (value === undefined || value === 'requested' || value === 'none') return value
  return { file: resolve(cwd, value) }
}
