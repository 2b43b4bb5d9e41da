import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { cliProject, type CliProject } from '../support/cli-project.ts'
import { makeRepo, type TestRepo } from '../support/git-repo.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

const CARD =
  /^Capabilities asked for:\n\npdf 1\.[01]\.0\n.*\n\nDeclared by its author:\n.*api\.example\.org/ms

/** A project beside a repository of one skill that asks for a host. */
function withRepo(): { p: CliProject; repo: TestRepo; url: string } {
  const p = cliProject()
  const files = { 'SKILL.md': skillMd('pdf'), 'skill.toml': skillToml('pdf', ['api.example.org'], '1.0.0') }
  const repo = makeRepo(files, join(p.root, 'repo'))
  return { p, repo, url: `git+${repo.url}` }
}

test('add --dry-run shows what would be asked, and needs nobody to answer', async () => {
  const { p, url } = withRepo()
  const before = readTreeText(p.project)
  const { stdout, stderr, exit } = await p.run('add', url, '--dry-run')
  expect(stderr).toMatch(CARD)
  expect(stdout).toContain('Would add 1 skill to <root>/project.')
  expect(exit).toBe(0)
  expect((await p.json('add', url, '--dry-run')).value).toMatchObject({
    dryRun: true,
    skills: [{ name: 'pdf', asks: true, capabilities: { network: { hosts: ['api.example.org'] } } }],
  })
  const none = await p.json('add', url, '--dry-run', '--grant', 'none')
  expect(none.value).toMatchObject({ skills: [{ capabilities: {} }] })
  expect(JSON.stringify(none.value)).not.toContain('"asks"')
  expect(readTreeText(p.project)).toEqual(before)
  expect((await p.run('add', url)).exit).toBe(3)
})

test('a dry run asks nothing where somebody could answer', async () => {
  const io = testIo({})
  writeTree(io.project, {
    'many/one/SKILL.md': skillMd('one'),
    'many/two/SKILL.md': skillMd('two'),
    'asking/SKILL.md': skillMd('asking'),
    'asking/skill.toml': skillToml('asking', ['api.example.org'], '1.0.0'),
  })
  const { skills } = await add({ sources: [parseSpec('./asking')], dryRun: true }, io)
  expect(skills).toMatchObject([{ name: 'asking', asks: true }])
  const many = add({ sources: [parseSpec('./many')], dryRun: true }, io)
  await expect(many).rejects.toMatchObject({ code: 'skill_ambiguous', exit: 2 })
})

test('import --dry-run shows what would be asked', async () => {
  const { p, repo } = withRepo()
  const entry = { source: repo.url, sourceType: 'git', computedHash: '' }
  writeTree(p.project, { 'skills-lock.json': JSON.stringify({ version: 1, skills: { pdf: entry } }) })
  const before = readTreeText(p.project)
  const { stdout, stderr, exit } = await p.run('import', '--dry-run')
  expect(stderr).toMatch(CARD)
  expect(stdout).toContain('Would import 1 skill')
  expect(exit).toBe(0)
  expect(readTreeText(p.project)).toEqual(before)
})

test('install --dry-run shows what would be asked for what is not locked', async () => {
  const { p, url } = withRepo()
  writeFileSync(join(p.project, 'skills.json'), JSON.stringify({ skills: { pdf: url }, agents: [] }))
  const before = readTreeText(p.project)
  const { stdout, stderr, exit } = await p.run('install', '--dry-run')
  expect(stderr).toMatch(CARD)
  expect(stdout).toContain('Would change 1 skill')
  expect(exit).toBe(0)
  expect(readTreeText(p.project)).toEqual(before)
})

test('update --dry-run shows what would be asked, and says what would be updated', async () => {
  const { p, repo, url } = withRepo()
  await p.run('add', url, '--grant', 'requested')
  expect((await p.run('update', '--dry-run')).stdout).toContain('Nothing to update.')
  repo.commit({ 'skill.toml': skillToml('pdf', ['api.example.org', 'www.example.org'], '1.1.0') })
  const before = readFileSync(join(p.project, 'skills.lock'), 'utf8')
  const { stdout, stderr, exit } = await p.run('update', '--dry-run')
  expect(stderr).toContain('www.example.org')
  expect(stdout).toContain('Would update 1 skill.')
  expect(exit).toBe(0)
  expect((await p.json('update', '--dry-run')).value).toMatchObject({ dryRun: true })
  expect(readFileSync(join(p.project, 'skills.lock'), 'utf8')).toBe(before)
})
