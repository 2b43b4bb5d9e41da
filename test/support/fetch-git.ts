// Fetches one skill through the git source, as the program does.
import { gitSource } from '../../src/sources/git.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { Fetched, GitSpec, SourceIo } from '../../src/sources/source.ts'
import { testIo } from './git-repo.ts'

/** Resolves, opens and reads; in fresh folders unless `io` names others. */
export async function fetchGitSkill(spec: Omit<GitSpec, 'kind'>, io: SourceIo = testIo()): Promise<Fetched> {
  const resolution = await gitSource.resolve({ kind: 'git', ...spec }, io)
  const tree = await gitSource.open(resolution, io)
  try {
    return await readSkill(tree, resolution)
  } finally {
    tree.close()
  }
}

/** Paths to text, for `toEqual`. */
export function filesOf(fetched: Fetched): Record<string, string> {
  return Object.fromEntries(fetched.files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]))
}
