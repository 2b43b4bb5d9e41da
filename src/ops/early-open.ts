// A request that has to be made in any case goes out before anything else is loaded or read.
import type { GitSpec } from '../sources/source.ts'
import type { Io } from './io.ts'
import { foreseeing, type OpenSource, openSpec, sourceIo, type WantedSkills } from './open-source.ts'
import type { Scope } from './scope.ts'

/** A source that is being opened. */
export interface Opening {
  readonly opened: Promise<OpenSource>
  /** Fulfilled once the request is out, or there is nothing more to wait for. */
  readonly asked: Promise<void>
  /** Ends the request, or closes what it opened; for when nobody wants it any more. */
  cancel(): Promise<void>
}

/** Begins to open a git source. */
export function openEarly(
  source: GitSpec,
  wanted: WantedSkills,
  { scope, io }: { readonly scope: Scope; readonly io: Io },
): Opening {
  const stop = new AbortController()
  let onAsked = (): void => {}
  const asked = new Promise<void>((done) => {
    onAsked = done
  })
  const from = {
    ...foreseeing(sourceIo(io, scope), wanted),
    signal: AbortSignal.any([io.signal, stop.signal]),
    onAsked,
  }
  const opened = openSpec(source, from, io.startedAt)
  // Whoever awaits `opened` is told of a failure.
  const settled = opened.then(
    (open) => () => open.tree.close(),
    () => () => {},
  )
  void settled.then(onAsked)
  return {
    opened,
    asked,
    cancel: async () => {
      stop.abort()
      const close = await settled
      close()
    },
  }
}
