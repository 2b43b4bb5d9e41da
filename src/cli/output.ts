// The only writer of the command line: results to stdout, everything else to stderr. A reader that went away is no error.
import { displayJson } from '../platform/text.ts'
import { canvasOf, type Canvas, type ColourWish } from './style.ts'
import type { Output, World } from './world.ts'

export interface Printer {
  readonly out: Canvas
  readonly err: Canvas
  /** The result, for a person or as JSON; a newline is added where it is missing. */
  result(text: string): void
  json(value: unknown): void
  /** A remark for a person. */
  say(text: string): void
  /** Replaces or clears (empty text) the progress line. */
  line(text: string): void
}

/** Writers for the streams of a world. */
export function createPrinter(world: World, wish: ColourWish): Printer {
  const out = guarded(world.stdout)
  const err = guarded(world.stderr)
  let onLine = false
  const line = (text: string): void => {
    if (!onLine && text === '') return
    err(`\r\u001b[2K${text}`)
    onLine = text !== ''
  }
  const result = (text: string): void => {
    line('')
    if (text !== '') out(text.endsWith('\n') ? text : `${text}\n`)
  }
  return {
    out: canvasOf(world.stdout, wish),
    err: canvasOf(world.stderr, wish),
    line,
    result,
    json: (value) => result(displayJson(JSON.stringify(value, null, 2))),
    say(text) {
      line('')
      if (text !== '') err(text.endsWith('\n') ? text : `${text}\n`)
    },
  }
}

const guardedStreams = new WeakSet<Output>()

/** A closed pipe (`skills list | head -1`) silences the stream instead of ending the program with a stack. */
function guarded(stream: Output): (text: string) => void {
  if (!guardedStreams.has(stream)) {
    guardedStreams.add(stream)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    })
  }
  return (text) => {
    if (!stream.destroyed && stream.writable) stream.write(text)
  }
}
