// Whether and how to colour. Decided once per stream: a flag beats the environment, the environment beats the terminal.
import { styleText } from 'node:util'
import type { Output } from './world.ts'

export type Format = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
export type Style = (format: Format, text: string) => string

/** How a view may draw: colours or none, and the columns it has. */
export interface Canvas {
  readonly style: Style
  /** Columns of the terminal; a large number when the output is not one. */
  readonly width: number
}

export interface ColourWish {
  readonly env: Readonly<Record<string, string | undefined>>
  /** `--color` or `--no-color`. */
  readonly flag?: boolean | undefined
}

export const PLAIN: Style = (_format, text) => text

/** NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM=dumb as no-color.org and bixense.com/clicolors have them. */
export function wantsColour(stream: Output, { env, flag }: ColourWish): boolean {
  if (flag !== undefined) return flag
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  if (env.CLICOLOR_FORCE && env.CLICOLOR_FORCE !== '0') return true
  if (env.CLICOLOR === '0' || env.TERM === 'dumb') return false
  return stream.isTTY === true
}

/** The canvas of a stream. */
export function canvasOf(stream: Output, wish: ColourWish): Canvas {
  const colour: Style = (format, text) => styleText(format, text, { validateStream: false })
  const columns = stream.isTTY ? (stream.columns ?? 80) : 1000
  return { style: wantsColour(stream, wish) ? colour : PLAIN, width: Math.max(columns, 20) }
}
