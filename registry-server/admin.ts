// What the command line calls on a registry that it opens itself, without a socket: beside running servers, or before the
// first one.
import { splitScopedName, VERSION } from '../src/registry/names.ts'
import { permissionSchema, yankRequestSchema } from '../src/registry/protocol.ts'
import { SkillsError } from '../src/errors/error.ts'
import { displayText } from '../src/platform/text.ts'
import { type RegistryOptions, registryConfig } from './config.ts'
import type { RegistryContext } from './context.ts'
import { openContext } from './main.ts'
import { backup, type BackupIndex } from './maintenance/backup.ts'
import { checkRegistry, type FsckResult } from './maintenance/fsck.ts'
import { collectGarbage, type GcOptions, type GcResult } from './maintenance/gc.ts'
import { type Imported, importFolder, type ImportRequest } from './maintenance/import.ts'
import { restore, type Restored } from './maintenance/restore.ts'
import { listUsers } from './db/users.ts'
import { addToken, addUser, CONSOLE, disableUser } from './services/users.ts'
import { removeVersion } from './services/removal.ts'

export type { BackupIndex, FsckResult, GcResult, Imported }

async function on<T>(
  options: RegistryOptions,
  work: (context: RegistryContext) => Promise<T>,
  how: { readonly restoring?: boolean } = {},
): Promise<T> {
  const { context, close } = await openContext(registryConfig(options), undefined, how)
  try {
    return await work(context)
  } finally {
    await close()
  }
}

/** @throws as `backup` */
export function backupRegistry(options: RegistryOptions, folder: string): Promise<BackupIndex> {
  return on(options, (context) => backup(context, folder))
}

/** @throws as `restore` */
export function restoreRegistry(options: RegistryOptions, folder: string): Promise<Restored> {
  // One that died half-way left blobs.
  return on(options, (context) => restore(context, folder), { restoring: true })
}

/** Frees what nothing needs. */
export function gcRegistry(options: RegistryOptions, request: GcOptions): Promise<GcResult> {
  return on(options, (context) => collectGarbage(context, request))
}

/** Looks for damage. */
export function fsckRegistry(
  options: RegistryOptions,
  request: { readonly quick?: boolean; readonly signal?: AbortSignal },
): Promise<FsckResult> {
  return on(options, (context) => checkRegistry(context, request))
}

/** @throws as `importFolder` */
export function importIntoRegistry(options: RegistryOptions, request: ImportRequest): Promise<Imported> {
  return on(options, (context) => importFolder(context, request))
}

/** Takes `@scope/name@version` out for good; `current` is what a plain name means then. @throws usage, and as `removeVersion` */
export async function removeFromRegistry(
  options: RegistryOptions,
  { target, reason }: { readonly target: string; readonly reason: string },
): Promise<{
  readonly name: string
  readonly version: string
  readonly reason: string
  readonly digest: string
  readonly current?: string
}> {
  const at = target.lastIndexOf('@')
  const [name, version] = [target.slice(0, at), target.slice(at + 1)]
  if (!splitScopedName(name) || !VERSION.test(version)) {
    throw new SkillsError('usage', `Not one version of a skill: ${displayText(target)}`, {
      hint: 'give it as @scope/name@1.2.0',
    })
  }
  if (!yankRequestSchema.safeParse({ reason }).success) {
    throw new SkillsError('usage', `Why ${name} ${version} goes must be said in one line`, {
      hint: 'give --reason with at most 500 characters; everybody who asks for the version reads it',
    })
  }
  return on(options, async (context) => {
    const { digest, current } = await removeVersion(context, { name, version, reason, ...CONSOLE })
    return { name, version, reason, digest, ...(current !== undefined && { current }) }
  })
}

/** Makes a user. @throws name_invalid, conflict */
export function addRegistryUser(
  options: RegistryOptions,
  user: { readonly name: string; readonly admin: boolean },
): Promise<{ readonly name: string; readonly admin: boolean }> {
  return on(options, async (context) => {
    const { name, admin } = await addUser(context, user)
    return { name, admin: admin === 1 }
  })
}

/** Disables a user, or enables him again. @throws not_found, conflict */
export function disableRegistryUser(
  options: RegistryOptions,
  user: { readonly name: string; readonly disabled: boolean },
): Promise<void> {
  return on(options, (context) => disableUser(context, user))
}

/** Everybody with an account, by name. */
export function listRegistryUsers(options: RegistryOptions): Promise<
  {
    readonly name: string
    readonly admin: boolean
    readonly createdAt: string
    readonly disabledAt: string | null
  }[]
> {
  return on(options, async ({ db }) =>
    (await listUsers(db)).map((user) => ({ ...user, admin: user.admin === 1 })),
  )
}

/** Makes a token for a user; its text is in the result and nowhere else. @throws not_found, usage */
export function createRegistryToken(
  options: RegistryOptions,
  request: {
    readonly user: string
    readonly name: string
    readonly permissions: readonly string[]
    readonly expiresInDays?: number
  },
): Promise<{ token: string; id: string }> {
  for (const permission of request.permissions) {
    if (permissionSchema.safeParse(permission).success) continue
    throw new SkillsError('usage', `Not a permission: ${displayText(permission)}`, {
      hint: 'use read, admin, publish:@scope/* or yank:@scope/*',
    })
  }
  return on(options, (context) => addToken(context, request))
}
