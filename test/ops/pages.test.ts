import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { browse } from '../../src/ops/browse.ts'
import { refuseLocalName } from '../../src/ops/typed-source.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { makeRepo, publishBare } from '../support/git-repo.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

/** github.com is a folder here: a branch `feature/a-b`, a tag `feature`, a tag `lib/v1`. */
function forge(): TestIo {
  const io = testIo({ chooseAgents: async () => [] })
  const repo = makeRepo({ 'skills/old/SKILL.md': skillMd('old') }, join(io.root, 'repo'))
  repo.git('tag', 'feature')
  repo.git('checkout', '-q', '-b', 'feature/a-b')
  repo.commit({ 'skills/feat/SKILL.md': skillMd('feat'), 'skills/old/SKILL.md': undefined })
  repo.git('tag', 'lib/v1')
  repo.git('checkout', '-q', 'main')
  publishBare(repo, join(io.root, 'forge'), 'o/r.git')
  const base = pathToFileURL(join(io.root, 'forge')).href
  writeFileSync(join(io.home, '.gitconfig'), `[url "${base}/"]\n\tinsteadOf = https://github.com/\n`)
  return io
}

it.each([
  ['the folder of a branch with a slash', 'tree/feature/a-b/skills/feat', 'feat', 'github:o/r#feature/a-b'],
  ['the branch itself', 'tree/feature/a-b', 'feat', 'github:o/r#feature/a-b'],
  ['a file of it', 'blob/feature/a-b/skills/feat/SKILL.md', 'feat', 'github:o/r#feature/a-b'],
  ['a full ref', 'tree/refs/heads/feature/a-b/skills', 'feat', 'github:o/r#refs/heads/feature/a-b'],
  ['a tag with a slash', 'tree/lib/v1/skills', 'feat', 'github:o/r#lib/v1'],
  ['the shorter name, where the longer is none', 'tree/feature/skills/old', 'old', 'github:o/r#feature'],
  ['an ordinary branch', 'tree/main/skills/old', 'old', 'github:o/r#main'],
])('reads %s', async (_what, page, name, spec) => {
  const io = forge()
  const { skills } = await add({ sources: [parseSpec(`https://github.com/o/r/${page}`)] }, io)
  expect(skills).toMatchObject([{ name, spec: `${spec}&path:skills/${name}` }])
})

it('says which ref is missing where no part of a page is one', async () => {
  const io = forge()
  await expect(browse({ source: parseSpec('https://github.com/o/r/tree/no/such/x') }, io)).toThrowCode(
    'ref_not_found',
  )
})

it('asks nobody on the network for a folder or file that stands here', async () => {
  const io = testIo()
  writeTree(io.project, { 'skills/pdf/SKILL.md': skillMd('pdf'), 'a/b.skill': 'x' })
  mkdirSync(join(io.project, 'own.er'))
  for (const text of ['skills/pdf', 'skills/pdf/', 'skills/pdf#v1', 'a/b.skill'])
    await expect(() => refuseLocalName(text, io.settings)).toThrowCode('spec_invalid')
  for (const text of ['./skills/pdf', 'skills/other', 'github:skills/pdf', 'https://h/skills/pdf'])
    expect(() => refuseLocalName(text, io.settings)).not.toThrow()
})
