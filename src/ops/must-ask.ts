// Whether `add` has to ask a source in any case: told by a glance at two files, before they are worth parsing.
import { readFileBounded } from '../platform/fs.ts'
import { LIMITS } from '../platform/limits.ts'
import type { GitSpec, Spec } from '../sources/source.ts'
import type { Scope } from './scope.ts'

/** True for a git source that the lock does not mention, in a project that says nothing of which sources it allows. */
export function mustAsk(source: Spec, { lockFile, projectFile }: Scope): source is GitSpec {
  if (source.kind !== 'git') return false
  const address = source.url.replace(/\/$/, '').replace(/\.git$/, '')
  return !mentions(lockFile, address) && !mentions(projectFile, '"sources"')
}

/** As far as the text tells: also true for a file that cannot be read. */
function mentions(file: string, text: string): boolean {
  try {
    return readFileBounded(file, LIMITS.lockBytes)?.includes(text) === true
  } catch {
    return true
  }
}
