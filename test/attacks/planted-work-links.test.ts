// A repository that brings links where unfinished work stands, and a journal that would use them.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { list } from '../../src/ops/list.ts'
import { skillMd, readTreeText, writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

const EMPTY = '{"lockfileVersion":1,"skills":{}}'

function journal(part: object): string {
  const empty = { version: 1, place: [], remove: [], links: [], project: '{"skills":{}}', lock: EMPTY }
  return JSON.stringify({ ...empty, ...part })
}

it.each([
  ['writes nothing through a planted trash', 'trash', { remove: ['authorized_keys'] }],
  ['takes nothing through a planted stage', 'stage', { place: ['thesis'] }],
] as const)('%s', async (_promise, folder, part) => {
  const io = testIo()
  const mine = { authorized_keys: 'mine', 'thesis/chapter': 'mine' }
  writeTree(join(io.root, 'outside'), mine)
  writeTree(io.project, {
    '.agents/.skillward/journal.json': journal(part),
    '.agents/skills/authorized_keys': 'theirs',
  })
  symlinkSync(join(io.root, 'outside'), join(io.project, '.agents/.skillward', folder))
  await expect(list({}, io)).toThrowCode('link_unsafe')
  expect(readTreeText(join(io.root, 'outside'))).toEqual(mine)
})

it('places nothing in .git through a planted link', async () => {
  const io = testIo()
  writeTree(io.project, {
    '.agents/.skillward/journal.json': journal({ place: ['hooks'] }),
    '.agents/.skillward/stage/hooks/pre-commit': '#!/bin/sh\n',
    '.agents/.skillward/stage/hooks/SKILL.md': skillMd('hooks'),
  })
  mkdirSync(join(io.project, '.git'))
  symlinkSync('../.git', join(io.project, '.agents/skills'))
  await expect(list({}, io)).toThrowCode('link_unsafe')
  expect(readTreeText(join(io.project, '.git'))).toEqual({})
})
