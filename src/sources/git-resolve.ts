// From a branch, tag, range or commit to a commit id. A name is looked up where git looks, tags before branches; a name
// that is both is refused.
import { SkillsError, isSkillsError } from '../errors/error.ts'
import { displayText, redactUrl } from '../platform/text.ts'
import { hasCommit } from './git-cache.ts'
import { fetchCommit, gitRepo, listRefs, type GitRepo } from './git-fetch.ts'
import { newestTag } from './git-versions.ts'
import type { GitResolution, GitSpec, SourceIo } from './source.ts'
import { isCommitId } from './spec-fragment.ts'

/** Resolves and fetches in one request. @throws ref_not_found | ref_invalid | offline, and what fetchCommit throws */
export async function resolveGit(spec: GitSpec, io: SourceIo): Promise<GitResolution> {
  const repo = gitRepo(spec.url, io)
  const { ref } = spec
  if (ref !== undefined && isCommitId(ref)) {
    if (!hasCommit(repo.cache, ref)) await fetchCommit(repo, ref)
    return resolution(spec, ref)
  }
  if (spec.range !== undefined) {
    const tag = await tagFor(await listRefs(repo, ['--tags'], []), spec, spec.range)
    const { commit } = hasCommit(repo.cache, tag.commit) ? tag : await fetchCommit(repo, tag.ref)
    return resolution(spec, commit, tag.ref)
  }
  if (ref === undefined || ref === 'HEAD') {
    return resolution(spec, (await fetchCommit(repo, 'HEAD')).commit, 'HEAD')
  }
  const found = await fetchCommit(repo, ref).catch((error: unknown) => {
    throw explained(error, ref)
  })
  if (found.kind === 'tag' && !ref.startsWith('refs/')) await refuseAmbiguous(repo, ref, found.commit)
  return resolution(spec, found.commit, fullRef(ref, found.kind))
}

/**
 * The address now; asks for names only. Of a range, the locked tag's own address where that tag has moved: nothing newer is
 * offered before that is settled.
 * @throws as resolveGit
 */
export async function newestGit(
  spec: GitSpec,
  current: GitResolution,
  io: SourceIo,
): Promise<GitResolution | 'pinned'> {
  const repo = gitRepo(spec.url, io)
  const { ref } = spec
  if (ref !== undefined && isCommitId(ref)) return 'pinned'
  if (spec.range !== undefined) {
    const refs = await listRefs(repo, ['--tags'], [])
    const locked = spec.url === current.url && current.ref ? commitOf(refs, current.ref) : undefined
    if (locked !== undefined && locked !== current.commit) return resolution(spec, locked, current.ref)
    const tag = await tagFor(refs, spec, spec.range)
    return resolution(spec, tag.commit, tag.ref)
  }
  const name = ref ?? 'HEAD'
  const names = fullNames(name)
  const refs = await listRefs(
    repo,
    [],
    names.flatMap((full) => [full, `${full}^{}`]),
  )
  const found = names.filter((full) => refs.has(full))
  const [full] = found
  if (full === undefined) throw explained(refMissing(repo, name), name)
  const commits = found.map((each) => commitOf(refs, each) as string)
  if (new Set(commits).size > 1) throw ambiguous(repo, name)
  return resolution(spec, commits[0] as string, full)
}

function resolution(spec: GitSpec, commit: string, ref?: string): GitResolution {
  return {
    kind: 'git',
    url: spec.url,
    commit,
    ...(ref !== undefined && { ref }),
    ...(spec.subdir !== undefined && { subdir: spec.subdir }),
  }
}

/** The commit behind a ref; of an annotated tag, the one that it is about. */
function commitOf(refs: Refs, ref: string): string | undefined {
  return refs.get(`${ref}^{}`) ?? refs.get(ref)
}

type Refs = Awaited<ReturnType<typeof listRefs>>

async function tagFor(refs: Refs, spec: GitSpec, range: string): Promise<{ ref: string; commit: string }> {
  const folder = spec.subdir?.split('/').at(-1)
  const tag = await newestTag([...refs.keys()], range, folder)
  if (tag === undefined) {
    throw new SkillsError(
      'ref_not_found',
      `No tag of ${redactUrl(spec.url)} satisfies ${displayText(range)}`,
      {
        hint: 'version tags look like v1.2.3, 1.2.3 or name-v1.2.3',
      },
    )
  }
  return { ref: tag, commit: commitOf(refs, tag) as string }
}

/** Where git looks for a name, in its order. */
function fullNames(name: string): string[] {
  if (name === 'HEAD' || name.startsWith('refs/')) return [name]
  const partial = /^(?:heads|tags)\//.test(name) ? [`refs/${name}`] : []
  return [...partial, `refs/tags/${name}`, `refs/heads/${name}`]
}

function fullRef(ref: string, kind: 'branch' | 'tag' | 'other'): string {
  if (ref.startsWith('refs/') || kind === 'other') return ref
  const folder = kind === 'tag' ? 'tags' : 'heads'
  return ref.startsWith(`${folder}/`) ? `refs/${ref}` : `refs/${folder}/${ref}`
}

/** Whoever may push a tag could else take over a branch that somebody follows. */
async function refuseAmbiguous(repo: GitRepo, name: string, commit: string): Promise<void> {
  const branch = `refs/heads/${name}`
  const head = (await listRefs(repo, ['--heads'], [branch])).get(branch)
  if (head !== undefined && head !== commit) throw ambiguous(repo, name)
}

function ambiguous(repo: GitRepo, name: string): SkillsError {
  return new SkillsError(
    'ref_invalid',
    `${displayText(name)} is a tag and a branch in ${redactUrl(repo.url)}`,
    {
      hint: `write #refs/tags/${displayText(name)} or #refs/heads/${displayText(name)}`,
    },
  )
}

function refMissing(repo: GitRepo, name: string): SkillsError {
  return new SkillsError('ref_not_found', `There is no ${displayText(name)} in ${redactUrl(repo.url)}`, {
    hint: 'check the part after # (git ls-remote lists what there is)',
  })
}

/** No server resolves the first digits of a commit id, so say what helps. */
function explained(error: unknown, ref: string): unknown {
  if (!isSkillsError(error, 'ref_not_found') || !/^[0-9a-f]{7,39}$/i.test(ref)) return error
  return new SkillsError('ref_invalid', `${ref} is no branch or tag, and too short for a commit id`, {
    hint: 'write all 40 digits of the commit (git rev-parse prints them)',
    cause: error,
  })
}
