// Where a use case works: the project around the working directory, or the user's own folders.
import { loadProject } from '../lock/file.ts'
import type { Project } from '../lock/project.ts'
import { existsSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { SkillsError } from '../errors/error.ts'
import { sha256Hex } from '../integrity/digest.ts'
import type { Settings } from '../platform/env.ts'

export interface Scope {
  readonly kind: 'project' | 'global'
  /** The project's root, or the home directory. Relative paths of specs start here. */
  readonly root: string
  readonly projectFile: string
  readonly lockFile: string
  /** The one copy of every skill: `<root>/.agents/skills`. */
  readonly skillsDir: string
  /** Process lock and journal: the user's own, outside the project, one folder for each place; gone when idle. */
  readonly stateDir: string
  /** The user keeps the state folder inside the project: then a repository may have brought what lies there. */
  readonly stateIsInside: boolean
  /** Why nothing can be written now; a command that has nothing to write goes on. */
  readonly unwritable?: SkillsError
  /** What skills.json says while the file itself holds two sides of a merge. */
  readonly merged?: Project
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
    return scopeAt('global', home, { files: configDir, settings })
  }
  const root = projectRoot(settings)
  return scopeAt('project', root, { files: root, settings })
}

function scopeAt(
  kind: Scope['kind'],
  root: string,
  { files, settings }: { readonly files: string; readonly settings: Settings },
): Scope {
  const real = realOrSelf(root)
  const stateDir = join(settings.dataDir, STATES, sha256Hex(`${kind}\n${real}`).slice(0, 32))
  return {
    kind,
    root,
    projectFile: join(files, 'skills.json'),
    lockFile: join(files, 'skills.lock'),
    skillsDir: join(root, '.agents', 'skills'),
    stateDir,
    stateIsInside: kind === 'project' && realOrSelf(settings.dataDir).startsWith(real + sep),
  }
}

/** Below the data directory: a folder for each scope that a command works on. */
export const STATES = 'work'

/** One folder has one name here, whatever link leads to it. */
function realOrSelf(path: string): string {
  try {
    return realpathSync.native(path)
  } catch {
    return path
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

/** What skills.json of the scope says; undefined when there is none. @throws project_invalid, project_conflict */
export function projectOf({
  merged,
  projectFile,
}: Pick<Scope, 'merged' | 'projectFile'>): Project | undefined {
  return merged ?? loadProject(projectFile)
}
