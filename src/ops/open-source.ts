// From a spec to an open tree: resolves, lets processes that ask the same at the same time share one answer, opens.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sha256Hex } from '../integrity/digest.ts'
import { writeCacheFile, makeFolders } from '../platform/fs.ts'
import { withFileLock } from '../platform/file-lock.ts'
import { sourceOf } from '../sources/index.ts'
import type {
  GitSpec,
  Listed,
  Resolution,
  Source,
  SourceIo,
  SourcePolicy,
  SourceTree,
  Spec,
} from '../sources/source.ts'
import { formatSpec } from '../sources/spec.ts'
import type { Io } from './io.ts'
import type { Scope } from './scope.ts'
import { readPolicy } from './source-policy.ts'

/** A source at its immutable address. Close the tree when done. */
export interface OpenSource {
  readonly spec: Spec
  readonly resolution: Resolution
  readonly tree: SourceTree
}

export function sourceIo(io: Io, scope: Scope, offline = false): SourceIo {
  let policy: SourcePolicy | undefined
  return {
    settings: io.settings,
    signal: io.signal,
    offline,
    root: scope.root,
    report: io.report,
    notice: io.notice,
    policy: () => (policy ??= readPolicy(scope, io)),
  }
}

/** Which skills of a source will be read, as far as that is known before it is seen. */
export interface WantedSkills {
  readonly skills?: readonly string[]
  readonly all?: boolean
}

/** Lets the source bring along what will be read. */
export function foreseeing(from: SourceIo, { skills = [], all }: WantedSkills): SourceIo {
  return { ...from, likely: all ? 'all' : skills }
}

/**
 * Resolves and opens. A resolution that another process made since `since` (milliseconds since the epoch) is as fresh as
 * an own one: that is how many processes that start at once make one request.
 */
export async function openSpec(asked: Spec, io: SourceIo, since: number = Date.now()): Promise<OpenSource> {
  const spec = asked.kind === 'git' && asked.page !== undefined ? await settled(asked, io) : asked
  const source: Source = await sourceOf(spec.kind)
  const resolution =
    spec.kind === 'path' ? await source.resolve(spec, io) : await resolveShared(source, spec, { io, since })
  return { spec, resolution, tree: await source.open(resolution, io) }
}

async function settled(spec: GitSpec, io: SourceIo): Promise<GitSpec> {
  const { settlePage } = await import('../sources/git-page.ts')
  return settlePage(spec, io)
}

/** Opens a locked address; makes no request when the cache has it. */
export async function openResolution(resolution: Resolution, io: SourceIo): Promise<SourceTree> {
  return (await sourceOf(resolution.kind)).open(resolution, io)
}

/** The catalogue that a spec names, when it names one. */
export async function listSpec(spec: Spec, io: SourceIo): Promise<readonly Listed[] | undefined> {
  if (spec.kind !== 'well-known') return undefined
  const source = await sourceOf('well-known')
  return source.list?.(spec, io)
}

interface Answer {
  readonly spec: string
  readonly resolution: Resolution
  /** Milliseconds since the epoch. */
  readonly at: number
}

async function resolveShared(
  source: Source,
  spec: Spec,
  { io, since }: { readonly io: SourceIo; readonly since: number },
): Promise<Resolution> {
  const { publishedBefore: _moves, ...policy } = io.policy?.() ?? {}
  const text = `${io.root}\n${formatSpec(spec)}\n${JSON.stringify(policy)}`
  const folder = join(io.settings.cacheDir, 'resolving')
  const answerFile = join(folder, `${sha256Hex(text)}.json`)
  makeFolders(folder)
  return withFileLock(`${answerFile}.lock`, { signal: io.signal }, async () => {
    const answer = readAnswer(answerFile)
    if (answer && answer.spec === text && answer.at > since && answer.at <= Date.now() && !io.offline)
      return answer.resolution
    const resolution = await source.resolve(spec, io)
    const fresh: Answer = { spec: text, resolution, at: Date.now() }
    writeCacheFile(answerFile, JSON.stringify(fresh))
    return resolution
  })
}

function readAnswer(file: string): Answer | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Answer
  } catch {
    return undefined
  }
}
