import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { cliProject } from '../support/cli-project.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'

it('import names what could not be carried over and exits 1, also when the rest came', async () => {
  const cli = cliProject()
  writeTree(join(cli.project, 'mine'), { 'SKILL.md': skillMd('mine') })
  const entry = { sourceType: 'local', computedHash: '0' }
  const write = (skills: object): void =>
    writeFileSync(join(cli.project, 'skills-lock.json'), JSON.stringify({ version: 1, skills }))
  write({ mine: { ...entry, source: './mine' }, lost: { ...entry, source: './lost' } })
  const part = await cli.run('import', '--yes', '--agent', 'universal')
  expect(part.exit).toBe(1)
  expect(part.stdout).toContain('Imported 1 skill')
  expect(part.stdout).toMatch(/lost +There is no folder/)
  write({ lost: { ...entry, source: './lost' } })
  const nothing = await cli.json('import', '--yes')
  expect(nothing).toMatchObject({ exit: 1, value: { skills: [], dropped: [{ name: 'lost' }] } })
  write({ mine: { ...entry, source: './mine' } })
  expect((await cli.run('import', '--yes')).exit).toBe(0)
})
