import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

it('says what is wrong with the skills of a source that has no usable one', async () => {
  const io = testIo()
  const source = writeTree(join(io.root, 'source'), { 'pdf/SKILL.md': '---\nname: pdf\n---\n' })
  const error = await add({ sources: [parseSpec(source)] }, io).catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'manifest_invalid',
    message: expect.stringMatching(
      /pdf: it cannot be used: SKILL\.md(?::\d+)?: description is missing/,
    ) as string,
    details: { file: 'pdf/SKILL.md', rule: 'description_missing' },
  })
  expect(readTreeText(io.project)).toEqual({})
})

it('says that a folder without a SKILL.md is no source of skills', async () => {
  const io = testIo()
  const source = writeTree(join(io.root, 'source'), { 'README.md': 'Nothing here.' })
  await expect(add({ sources: [parseSpec(source)] }, io)).toThrowCode('skill_not_found')
})

it('takes a skill by its folder where two have its name', async () => {
  const io = testIo()
  const twins = { 'a/one/SKILL.md': skillMd('one', 'A.'), 'b/one/SKILL.md': skillMd('one', 'B.') }
  const sources = [parseSpec(writeTree(join(io.root, 'source'), twins))]
  await expect(add({ sources, skills: ['one'] }, io)).toThrowCode('skill_ambiguous')
  await add({ sources, skills: ['b/one/'] }, io)
  expect(readTreeText(io.project)['.agents/skills/one/SKILL.md']).toContain('B.')
})

it('takes the skill that the source itself names after @', async () => {
  const io = testIo({ chooseAgents: async () => [] })
  const two = { 'one/SKILL.md': skillMd('one'), 'two/SKILL.md': skillMd('two') }
  const spec = parseSpec(writeTree(join(io.root, 'source'), two))
  const { skills } = await add({ sources: [{ ...spec, skill: 'two' }] }, io)
  expect(skills.map(({ name }) => name)).toEqual(['two'])
})
