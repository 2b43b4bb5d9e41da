// Where a use case works: the project around the working directory, or the user's own folders.
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import type { Settings } from '../platform/env.ts'

export interface Scope {
  readonly kind: 'project' | 'global'
  /** The project's root, or the home directory. Relative paths of specs start here. */
  readonly root: string
  readonly projectFile: string
  readonly lockFile: string
  /** The one copy of every skill: `<root>/.agents/skills`. */
  readonly skillsDir: string
  /** Staging, journal and process lock; on the same file system as `skillsDir`; gone when idle. */
  readonly workDir: string
}

/**
 * The global scope, or the nearest folder upwards that has a skills.json or skills.lock (not beyond a repository's
 * root or the home directory, nor in a folder such as /tmp where everybody may put one), or else the working directory.
 * @throws home_missing for the global scope without a home
 */
export function findScope(settings: Settings, global: boolean | undefined): Scope {
  if (global) {
    const { home, configDir } = settings
    if (!home) {
      throw new SkillsError('home_missing', 'The global scope needs a home directory', { hint: 'set HOME' })
    }
    return scopeAt('global', home, configDir)
  }
  const root = projectRoot(settings)
  return scopeAt('project', root, root)
}

function scopeAt(kind: Scope['kind'], root: string, files: string): Scope {
  return {
    kind,
    root,
    projectFile: join(files, 'skills.json'),
    lockFile: join(files, 'skills.lock'),
    skillsDir: join(root, '.agents', 'skills'),
    workDir: join(root, '.agents', '.skillward'),
  }
}

function projectRoot({ cwd, home }: Settings): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (folder !== cwd && isEverybodys(folder)) return cwd
    if (existsSync(join(folder, 'skills.json')) || existsSync(join(folder, 'skills.lock'))) return folder
    if (folder === home || existsSync(join(folder, '.git')) || dirname(folder) === folder) return cwd
  }
}

/** The sticky bit marks what many users write to: a project there may be anybody's. */
function isEverybodys(folder: string): boolean {
  return ((statSync(folder, { throwIfNoEntry: false })?.mode ?? 0) & 0o1000) !== 0
}
