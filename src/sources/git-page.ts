// Which part of a web page's path is the branch or tag, and which is the folder: the longest name that the repository has.
import { listRefs, gitRepo } from './git-fetch.ts'
import type { GitSpec, SourceIo } from './source.ts'
import { checkedRef } from './spec-fragment.ts'

/**
 * The spec with its ref and folder told apart, without `page`; asks the repository for names only. Where none of the
 * names exists the spec stays as the text alone reads, and resolving it says what is missing.
 * @throws what listRefs throws
 */
export async function settlePage({ page = '', ...guess }: GitSpec, io: SourceIo): Promise<GitSpec> {
  const parts = page.split('/')
  const names = parts.map((_, index) => parts.slice(0, index + 1).join('/')).filter(isRef)
  const patterns = names.flatMap(fullNames)
  const refs = await listRefs(gitRepo(guess.url, io), [], patterns)
  const name = names.findLast((one) => fullNames(one).some((full) => refs.has(full)))
  if (name === undefined) return guess
  const subdir = page.slice(name.length + 1)
  const { subdir: _subdir, ...rest } = guess
  return { ...rest, ref: name, ...(subdir !== '' && { subdir }) }
}

function isRef(name: string): boolean {
  try {
    checkedRef(name)
    return true
  } catch {
    return false
  }
}

function fullNames(name: string): string[] {
  return name.startsWith('refs/') ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`]
}
