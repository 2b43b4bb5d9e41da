// What the sources of locked skills have now: each is asked once for all its skills, and a skill that fails fails alone.
import type { Lockfile } from '../lock/lockfile.ts'
import { isSameAddress } from '../sources/address.ts'
import { sourceOf } from '../sources/index.ts'
import { movedName } from '../sources/moved.ts'
import { readSkill } from '../sources/read-skill.ts'
import type { Resolution, Source, SourceIo, SourceTree } from '../sources/source.ts'
import { candidateOf } from './candidate-of.ts'
import { openResolution } from './open-source.ts'
import { assertSourceAllowed } from './source-policy.ts'
import { type Asked, failed, type Found, itemOf, judged, movedItem } from './update-item.ts'
import type { Workspace } from './workspace.ts'

export interface UpdateContext {
  readonly lock: Lockfile
  readonly project: Workspace['project']
  readonly from: SourceIo
  /** Names of skills whose moved tag, version or address the user accepts. */
  readonly accepted: readonly string[]
}

/** The skills of one source. */
export async function askSource(group: readonly Asked[], context: UpdateContext): Promise<readonly Found[]> {
  const asking = new Asking(context)
  try {
    const results: Found[] = []
    for (const one of group) {
      try {
        results.push(await askSkill(one, asking))
      } catch (error) {
        results.push(failed(one, error))
      }
    }
    return results
  } finally {
    await asking.close()
  }
}

/** Answers and trees of one source, each asked for once. */
class Asking {
  readonly context: UpdateContext
  readonly #answers = new Map<string, Promise<Resolution | 'pinned'>>()
  readonly #trees = new Map<string, Promise<SourceTree>>()

  constructor(context: UpdateContext) {
    this.context = context
  }

  newest({ spec: asked }: Asked, current: Resolution): Promise<Resolution | 'pinned'> {
    return remembered(this.#answers, JSON.stringify(current), async () => {
      assertSourceAllowed(asked, this.context.project)
      const source: Source = await sourceOf(asked.kind)
      const { subdir: _subdir, ...spec } = asked
      return source.newest(spec, current, this.context.from)
    })
  }

  tree(resolution: Resolution): Promise<SourceTree> {
    return remembered(this.#trees, JSON.stringify(resolution), () =>
      openResolution(resolution, this.context.from),
    )
  }

  async close(): Promise<void> {
    for (const tree of await Promise.allSettled(this.#trees.values()))
      if (tree.status === 'fulfilled') tree.value.close()
  }
}

function remembered<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}

/**
 * What is newer; or that a name moved, unless the content is the locked one or the user accepts it. Behind a name that
 * moved so there may be something newer still.
 */
async function askSkill(one: Asked, asking: Asking): Promise<Found> {
  const { subdir: _subdir, ...address } = one.entry.resolution
  const first = await asking.newest(one, address)
  if (first === 'pinned') return { item: itemOf(one, 'pinned') }
  if (isSameAddress(first, address)) return { item: itemOf(one, 'current') }
  const found = await lookAt(one, first, asking)
  const moved = movedName(one.entry, addressed(found, first), { sameSpec: true })
  if (!moved) return found
  if (found.item.status !== 'current') {
    if (!asking.context.accepted.includes(one.name)) {
      if (found.item.error) return { item: { ...found.item, moved } }
      return movedItem(one, moved, found.item.to)
    }
  }
  const behind = await asking.newest(one, first)
  if (behind === 'pinned' || isSameAddress(behind, first)) return { ...found, item: { ...found.item, moved } }
  const newer = await lookAt(one, behind, asking)
  return found.item.status === 'current' ? newer : { ...newer, item: { ...newer.item, moved } }
}

function addressed({ candidate }: Found, resolution: Resolution): Parameters<typeof movedName>[1] {
  return candidate ?? { resolution }
}

async function lookAt(one: Asked, newest: Resolution, asking: Asking): Promise<Found> {
  const dir = one.spec.subdir ?? ''
  const { lock } = asking.context
  try {
    const tree = await asking.tree(newest)
    const fetched = await readSkill(tree, { ...newest, ...(dir && { subdir: dir }) })
    const candidate = candidateOf(fetched, {
      name: one.name,
      dir,
      spec: one.spec,
      lock,
      version: tree.version,
    })
    if (candidate.integrity === one.entry.integrity) return { item: itemOf(one, 'current') }
    return judged(candidate, one.entry)
  } catch (error) {
    return failed(one, error)
  }
}
