// Whether what the lock says of a skill's origin is so: that this address gave this content. What the user's store saw once
// is believed; the rest is fetched once and compared, whatever the store or the folders hold already. So the verdict is
// the same with an empty and with a full store.
import type { SkillsError } from '../errors/error.ts'
import { groupBy } from '../platform/group.ts'
import { mapParallel } from '../platform/parallel.ts'
import { displayText } from '../platform/text.ts'
import { originKey } from '../sources/address.ts'
import type { Store } from '../store/store.ts'
import type { Verified } from '../trust/verify.ts'
import type { LockedSkill, MaterialiseOptions } from './materialise.ts'
import type { Scope } from './scope.ts'

/** Sources that are opened at the same time. */
const SIDE_BY_SIDE = 8

/** Stores content that came from its source, and remembers that it did. */
export function keep(
  verified: Verified,
  { store, scope }: { readonly store: Store; readonly scope: Scope },
): void {
  store.put(verified)
  store.remember(originKey(verified.resolution, scope.root), verified.integrity)
}

/** True when this user's store once got this content from this address. */
export function isSeen(
  { entry }: LockedSkill,
  { store, scope }: Pick<MaterialiseOptions, 'store' | 'scope'>,
): boolean {
  // A store in the project may be the repository's.
  return !scope.stateIsInside && store.remembers(originKey(entry.resolution, scope.root), entry.integrity)
}

/** A source that could not be asked says nothing against the lock. */
const UNREACHABLE = [
  'fetch_failed',
  'offline',
  'source_unauthorized',
  'unauthorized',
  'permission_denied',
  'rate_limited',
  'unavailable',
]

export interface FalseOrigin {
  readonly name: string
  readonly error: SkillsError
}

/**
 * Compares standing copies with their sources where that was never done, and gives those whose address does not give that
 * content. A source that cannot be reached is a remark. Folders may change and are compared only when they are installed.
 */
export async function falseOrigins(
  skills: readonly LockedSkill[],
  options: MaterialiseOptions,
): Promise<readonly FalseOrigin[]> {
  const unseen = skills.filter((one) => one.entry.resolution.kind !== 'path' && !isSeen(one, options))
  if (unseen.length === 0) return []
  const [{ fetchGroup }, { addressOf }, { sourceError }] = await Promise.all([
    import('./fetch-group.ts'),
    import('./materialise.ts'),
    import('./problems.ts'),
  ])
  const found: FalseOrigin[] = []
  const add = (names: readonly string[], thrown: unknown): void => {
    const error = sourceError(thrown)
    if (UNREACHABLE.includes(error.code)) return tell(names, error, options)
    for (const name of names) found.push({ name, error })
  }
  const problems = { add, count: 0, throwIfAny: () => {} }
  const groups = [...groupBy(unseen, ({ entry }) => addressOf(entry.resolution)).values()]
  await mapParallel(groups, SIDE_BY_SIDE, async (group) => {
    const names = group.map(({ name }) => name)
    await fetchGroup(group, { ...options, problems }, () => {}).catch((error: unknown) => add(names, error))
  })
  return found
}

function tell(skills: readonly string[], error: SkillsError, { io }: MaterialiseOptions): void {
  const names = skills.map((name) => displayText(name))
  io.notice({
    code: 'origin_unchecked',
    message: `${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}: not compared with the source yet: ${error.message}`,
    hint: 'what is installed is what skills.lock says; run the command again where the source can be reached',
  })
}
