// A path is typed from where the user stands, and kept from where the scope's files are.
import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Settings } from '../platform/env.ts'
import type { Spec } from '../sources/source.ts'
import type { Scope } from './scope.ts'

/**
 * The spec with its local path relative to the project's root, or absolute in the user's own scope, where relative paths
 * would mean nothing to a reader. URLs, `~` and absolute paths stay as they are.
 */
export function rebaseSpec<T extends Spec>(spec: T, settings: Settings, scope: Scope): T {
  if (spec.kind === 'path') return { ...spec, path: rebase(spec.path, settings.cwd, scope) }
  if (spec.kind === 'archive') return { ...spec, url: rebase(spec.url, settings.cwd, scope) }
  return spec
}

function rebase(path: string, cwd: string, scope: Scope): string {
  if (!/^\.{1,2}(?:[/\\]|$)/.test(path)) return path
  if (scope.kind === 'project' && cwd === scope.root) return path
  const absolute = resolve(cwd, path)
  if (scope.kind === 'global') return absolute
  const moved = relative(scope.root, absolute)
  if (isAbsolute(moved)) return moved
  const portable = moved.split(sep).join('/')
  return portable.startsWith('..') ? portable : `./${portable}`
}
