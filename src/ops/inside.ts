// Whether a project's folders for skills are really inside the project.
import { lstatSync, realpathSync } from 'node:fs'
import { dirname, sep } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { displayText } from '../platform/text.ts'
import type { Scope } from './scope.ts'

/**
 * Refuses to work through a link that leads out of a project, such as a repository's own `.agents -> /elsewhere`, or
 * into `.git`, where a file can be a program that git runs. In the user's own folders links are the user's.
 * @throws link_unsafe
 */
export function assertInside(scope: Scope): void {
  if (scope.kind === 'global') return
  const root = realpathSync(scope.root)
  const below = root.endsWith(sep) ? root : root + sep
  for (const folder of [dirname(scope.skillsDir), scope.skillsDir]) {
    if (!lstatSync(folder, { throwIfNoEntry: false })) continue
    const real = realPath(folder)
    if (real === undefined || (real !== root && !real.startsWith(below)))
      throw unsafeLink(folder, `is a link that leads out of ${displayText(scope.root)}`)
    if (real.slice(root.length).split(sep).includes('.git'))
      throw unsafeLink(folder, 'is a link that leads into .git')
  }
}

function unsafeLink(path: string, problem: string): SkillsError {
  return new SkillsError('link_unsafe', `${displayText(path)} ${problem}`, {
    hint: 'remove the link; skills are installed only inside the project',
  })
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
