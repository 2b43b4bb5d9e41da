// Somebody who can write the user's data folder changes the record of what was granted: no command calls it whole.
import Sqlite from 'better-sqlite3'
import { existsSync, renameSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { add } from '../../src/ops/add.ts'
import { info } from '../../src/ops/info.ts'
import { install } from '../../src/ops/install.ts'
import { remove } from '../../src/ops/remove.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { cliProject } from '../support/cli-project.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

/** Two skills, so that the ledger has events of both. */
async function project(): Promise<{ io: TestIo; ledger: string }> {
  const io = testIo()
  for (const name of ['one', 'two']) writeTree(join(io.root, name), { 'SKILL.md': skillMd(name) })
  const sources = ['one', 'two'].map((name) => parseSpec(join(io.root, name)))
  await add({ sources, agents: ['claude-code'] }, io)
  return { io, ledger: join(io.settings.dataDir, 'security.sqlite') }
}

function sql(file: string, text: string): void {
  const database = new Sqlite(file)
  database.exec(`DROP TRIGGER events_are_final; DROP TRIGGER events_stay; ${text}`)
  database.close()
}

it.each<readonly [string, (ledger: string) => void]>([
  ['an altered event', (file) => sql(file, "UPDATE events SET actor = 'eve' WHERE seq = 1")],
  ['an event taken out', (file) => sql(file, 'DELETE FROM events WHERE seq = 1')],
  ['events cut off at the end', (file) => sql(file, 'DELETE FROM events WHERE seq > 1')],
  ['all events gone', (file) => sql(file, 'DELETE FROM events')],
  ['a missing file', (file) => renameSync(file, `${file}.away`)],
  ['an empty file', (file) => truncateSync(file, 0)],
  ['a file that is no database', (file) => writeFileSync(file, 'x'.repeat(4096))],
])('verify finds %s', async (_what, tamper) => {
  const { io, ledger } = await project()
  expect(await verify({ names: [] }, io)).toMatchObject({ ok: true, ledger: { status: 'intact' } })
  tamper(ledger)
  const existed = existsSync(ledger)
  expect(await verify({ names: [] }, io)).toMatchObject({ ok: false, ledger: { status: 'broken' } })
  expect(await verify({ names: [], ledgerOnly: true }, io)).toMatchObject({ ok: false, skills: [] })
  expect(existsSync(ledger)).toBe(existed)
  expect((await info({ name: 'one' }, io)).history).toEqual([])
  expect(io.notices.map(({ code }) => code)).toContain('ledger_broken')
})

it('stays known after later events', async () => {
  const { io, ledger } = await project()
  renameSync(ledger, `${ledger}.away`)
  await remove({ names: ['two'] }, io)
  expect(await verify({ names: [] }, io)).toMatchObject({ ok: false, ledger: { status: 'broken' } })
})

it('is no finding where nothing was ever recorded', async () => {
  const io = testIo()
  writeTree(io.project, { 'skills.json': '{"skills":{}}' })
  await install({}, io)
  expect(await verify({ names: [] }, io)).toMatchObject({ ok: true, ledger: { status: 'none' } })
})

it('ends with 4 and says which event, also without a project', async () => {
  const p = cliProject()
  writeTree(join(p.root, 'one'), { 'SKILL.md': skillMd('one') })
  await p.run('add', '../one', '-a', 'claude-code')
  expect((await p.run('verify', '--ledger-only')).stdout).toMatch(
    /^ok 1 event in the ledger, last seal [0-9a-f]{64}\.\n$/,
  )
  sql(join(p.home, '.local/share/skillward/security.sqlite'), "UPDATE events SET skill = 'x'")
  expect(await p.run('verify', '--ledger-only')).toMatchObject({
    stdout: expect.stringMatching(/^ledger broken at event 1: /),
    exit: 4,
  })
  expect(await p.json('verify')).toMatchObject({ value: { ledger: { status: 'broken', event: 1 } }, exit: 4 })
  expect((await p.run('verify', 'one', '--ledger-only')).exit).toBe(2)
})
