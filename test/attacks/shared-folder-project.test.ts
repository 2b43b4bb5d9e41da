// A project that somebody else left in a folder that everybody may write to, such as /tmp.
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { findScope } from '../../src/ops/scope.ts'
import { writeTree } from '../support/skill-tree.ts'
import { testIo } from '../support/test-io.ts'

it('is not taken for the project of a folder below', () => {
  const { root, settings } = testIo()
  const mine = join(root, 'mine')
  mkdirSync(mine)
  writeTree(root, { 'skills.json': '{"skills":{}}' })
  expect(findScope({ ...settings, cwd: mine }, false).root).toBe(root)
  chmodSync(root, 0o1777)
  expect(findScope({ ...settings, cwd: mine }, false).root).toBe(mine)
  expect(findScope({ ...settings, cwd: root }, false).root).toBe(root)
})
