// Other bytes at the same URL: refused by `ci` and by `install`, told by `update --check`, taken by `update` only with a
// word that names the skill.
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { answer, startServer } from '../support/http-server.ts'
import { skillMd, readTreeText, writeTree } from '../support/skill-tree.ts'
import { file, tgz } from '../support/tar-builder.ts'
import { ioAt, testIo } from '../support/test-io.ts'

function archive(body: string): Buffer {
  return tgz(file('SKILL.md', skillMd('one', body)))
}

it('refuses changed bytes under a locked address', async () => {
  const server = await startServer()
  onTestFinished(() => server.close())
  server.route('/one.tgz', answer(200, {}, archive('Good.')))
  const io = testIo()
  await add({ sources: [parseSpec(server.url('/one.tgz'))], agents: [] }, io)
  server.route('/one.tgz', answer(200, {}, archive('Evil.')))
  const { 'skills.json': project = '', 'skills.lock': lock = '' } = readTreeText(io.project)
  for (const frozen of [true, false]) {
    const other = ioAt(join(io.root, `other-${frozen}`))
    writeTree(other.project, { 'skills.json': project, 'skills.lock': lock })
    await expect(install({ frozen }, other)).toThrowCode('integrity_mismatch')
    expect(readTreeText(other.project)).toEqual({ 'skills.json': project, 'skills.lock': lock })
  }
  expect((await update({ names: [], check: true }, io)).items[0]?.status).toBe('moved')
  expect((await update({ names: [], acceptMoved: ['one'] }, io)).items[0]?.status).toBe('updated')
})
