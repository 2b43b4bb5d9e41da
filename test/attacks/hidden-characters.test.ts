// Text of a skill that would move a terminal's cursor, or read otherwise than it is written, in JSON and in a lock.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCli } from '../support/run-cli.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

const HIDDEN = '1\u009b31m\u202e\u2066\u200b\u{e0041}\u007f'
const UNSAFE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]|[\u{e0000}-\u{e0fff}]/u

it('are escaped in --json and in skills.lock, with the value kept', async () => {
  const { root, home, project } = testIo()
  const text = skillMd('one', 'Do it.', HIDDEN).replace('\n---', `\nmetadata:\n  version: "${HIDDEN}"\n---`)
  writeTree(join(root, 'source'), { 'SKILL.md': text })
  const options = { cwd: project, env: { HOME: home } }
  const added = await runCli(['add', '../source', '-a', 'claude-code', '--yes', '--json'], options)
  const lock = readFileSync(join(project, 'skills.lock'), 'utf8')
  const listed = await runCli(['list', '--json'], options)
  for (const shown of [added.stdout, listed.stdout, lock]) expect(shown).not.toMatch(UNSAFE)
  expect(JSON.parse(lock).skills.one.version).toBe(HIDDEN)
  expect(JSON.parse(listed.stdout).skills[0].version).toBe(HIDDEN)
  expect((await runCli(['ci'], options)).exit).toBe(0)
})
