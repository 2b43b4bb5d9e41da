// What all commands on a registry's own data take. The server's code is loaded by each of them when it runs.
import { join, resolve } from 'node:path'
import { SkillsError } from '../../errors/error.ts'
import type { Settings } from '../../platform/env.ts'
import { displayText } from '../../platform/text.ts'
import type { Invocation } from '../command.ts'
import { defined, text } from '../flags.ts'

export interface PlaceOptions {
  readonly settings: Settings
  readonly data: string
  readonly database?: string
  readonly blobs?: string
}

/** Where the registry keeps its data; a folder is relative to the working directory. */
export function placeOf({ options, io }: Pick<Invocation, 'options' | 'io'>): PlaceOptions {
  const { cwd, dataDir } = io.settings
  const data = text(options, 'data')
  const blobs = text(options, 'blobs')
  const database = text(options, 'database')
  return {
    settings: io.settings,
    data: data === undefined ? join(dataDir, 'registry') : resolve(cwd, data),
    ...defined({
      database: database === undefined || isUrl(database) ? database : resolve(cwd, database),
      blobs: blobs === undefined || isUrl(blobs) ? blobs : resolve(cwd, blobs),
    }),
  }
}

function isUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(value)
}

/** A whole number of an option. @throws usage */
export function number(options: Invocation['options'], name: string): number | undefined {
  const value = text(options, name)
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value)) return Number(value)
  throw new SkillsError('usage', `--${name} is not a number: ${displayText(value)}`)
}
