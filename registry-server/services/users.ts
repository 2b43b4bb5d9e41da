// Accounts, as the server's own console makes them: the first administrator, and everybody after him.
import { SkillsError } from '../../src/errors/error.ts'
import { displayText } from '../../src/platform/text.ts'
import type { Whoami } from '../../src/registry/protocol.ts'
import { type Principal, requireUser } from '../auth.ts'
import type { RegistryContext } from '../context.ts'
import { recordAudit } from '../db/audit.ts'
import { scopesOf } from '../db/scopes.ts'
import {
  findAnyUser,
  findUser,
  hasUsers,
  insertUser,
  listUsers,
  setDisabled,
  type UserRow,
} from '../db/users.ts'
import { issueToken } from './tokens.ts'

type Console = Pick<RegistryContext, 'db' | 'now'>

const WHOAMI_SCOPES = 1000
const NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
export const CONSOLE: { readonly actor: string; readonly requestId: string } = {
  actor: 'console',
  requestId: 'console',
}

/** @throws name_invalid, conflict */
export async function addUser(
  context: Console,
  { name, admin }: { readonly name: string; readonly admin: boolean },
): Promise<UserRow> {
  if (!NAME.test(name) || name.length > 64) {
    throw new SkillsError('name_invalid', `Not a user name: ${displayText(name)}`, {
      hint: 'lower-case words joined by hyphens, at most 64 characters',
    })
  }
  const at = context.now().toISOString()
  return context.db.transaction(async (tx) => {
    const user = await insertUser(tx, { name, admin, at })
    if (!user) throw new SkillsError('conflict', `There is a user ${name} already`)
    await recordAudit(tx, { ...CONSOLE, at, action: 'user.add', target: name, details: { admin } })
    return user
  })
}

/**
 * Disables a user, whose tokens then end at once, or enables him again; they hold again then.
 * @throws not_found; conflict for the last administrator
 */
export async function disableUser(
  context: Console,
  { name, disabled }: { readonly name: string; readonly disabled: boolean },
): Promise<void> {
  const at = context.now().toISOString()
  await context.db.transaction(async (tx) => {
    await tx.lock('users')
    const user = await findAnyUser(tx, name)
    if (!user) throw new SkillsError('not_found', `There is no user ${displayText(name)}`)
    await setDisabled(tx, user.id, disabled ? at : null)
    const isLast =
      disabled &&
      user.admin === 1 &&
      !(await listUsers(tx)).some(({ admin, disabledAt }) => admin === 1 && disabledAt === null)
    if (isLast) {
      throw new SkillsError('conflict', `${user.name} is the only administrator`, {
        hint: 'make another one first: skills registry user add NAME --admin',
      })
    }
    const action = disabled ? 'user.disable' : 'user.enable'
    await recordAudit(tx, { ...CONSOLE, at, action, target: user.name })
  })
}

/** Makes the user `admin` with a token when there is nobody yet; gives the token, this once. */
export async function ensureAdmin(context: Console): Promise<{ user: string; token: string } | undefined> {
  if (await hasUsers(context.db)) return undefined
  const name = 'admin'
  const user = await addUser(context, { name, admin: true }).catch(() => undefined)
  // Another server on the same database was first.
  if (!user) return undefined
  const { token } = await issueToken(context, {
    ...CONSOLE,
    userId: user.id,
    user: name,
    name: 'first start',
    permissions: ['admin'],
  })
  return { user: name, token }
}

/** Makes a token for a user. @throws not_found */
export async function addToken(
  context: Console,
  request: {
    readonly user: string
    readonly name: string
    readonly permissions: readonly string[]
    readonly expiresInDays?: number
  },
): Promise<{ token: string; id: string }> {
  const user = await findUser(context.db, request.user)
  if (!user) {
    throw new SkillsError('not_found', `There is no user ${displayText(request.user)}`, {
      hint: 'skills registry user add makes one',
    })
  }
  const { expiresInDays } = request
  return issueToken(context, {
    ...CONSOLE,
    userId: user.id,
    user: user.name,
    name: request.name,
    permissions: [...request.permissions],
    ...(expiresInDays !== undefined && { expiresInDays }),
  })
}

/** Who asks. @throws unauthorized */
export async function whoami(context: RegistryContext, principal: Principal): Promise<Whoami> {
  const { permissions, token } = principal
  if (!token) requireUser(principal)
  const scopes = principal.userId === undefined ? [] : await scopesOf(context.db, principal.userId)
  return {
    user: principal.user ?? principal.actor,
    scopes: scopes.slice(0, WHOAMI_SCOPES).map(({ name, role }) => ({ scope: `@${name}`, role })),
    token: {
      name: token?.name ?? '',
      permissions: [...permissions],
      ...(token?.expiresAt && { expiresAt: token.expiresAt }),
    },
  }
}
