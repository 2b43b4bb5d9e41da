import Sqlite from 'better-sqlite3'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Ledger, type LedgerEvent, openLedger } from '../../src/ledger/ledger.ts'
import { runParallel } from '../support/processes.ts'

let dataDir: string
const open: Ledger[] = []
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'ledger-')), 'data')
})
afterEach(() => {
  for (const ledger of open.splice(0)) ledger.close()
  rmSync(join(dataDir, '..'), { recursive: true, force: true })
})

async function ledgerHere(): Promise<Ledger> {
  const ledger = await openLedger(dataDir)
  open.push(ledger)
  return ledger
}

function event(replace: Partial<LedgerEvent> = {}): LedgerEvent {
  return {
    at: '2026-11-21T00:00:00.000Z',
    actor: 'ann',
    action: 'grant',
    scope: '/srv/project',
    skill: 'pdf',
    integrity: `h1:${'A'.repeat(43)}=`,
    details: { terminal: ['git **'] },
    ...replace,
  }
}

/** What somebody with write access to the file can do, triggers or not. */
function tamper(sql: string): void {
  const database = new Sqlite(join(dataDir, 'security.sqlite'))
  database.exec(`DROP TRIGGER IF EXISTS events_are_final; DROP TRIGGER IF EXISTS events_stay; ${sql}`)
  database.close()
}

test('lists what was recorded, by skill and by scope, in order', async () => {
  const ledger = await ledgerHere()
  ledger.record(event())
  ledger.recordAll([event({ skill: 'docx', details: null }), event({ scope: 'global', action: 'remove' })])
  expect(ledger.list().map((row) => [row.seq, row.skill, row.action])).toEqual([
    [1, 'pdf', 'grant'],
    [2, 'docx', 'grant'],
    [3, 'pdf', 'remove'],
  ])
  expect(ledger.list({ skill: 'pdf', scope: 'global' })).toMatchObject([{ seq: 3 }])
  expect(ledger.list({ skill: 'pdf', scope: '/srv/project' })).toMatchObject([event()])
  expect(ledger.list({ skill: "x' OR 1" })).toEqual([])
})

test('keeps its rows and its chain from one opening to the next', async () => {
  const first = await openLedger(dataDir)
  first.record(event())
  const verdict = first.verify()
  first.close()
  const second = await ledgerHere()
  expect(second.verify()).toEqual(verdict)
  second.record(event())
  expect(second.verify()).toMatchObject({ intact: true, rows: 2 })
})

test('an empty ledger is intact', async () => {
  expect((await ledgerHere()).verify()).toEqual({ intact: true, rows: 0, head: '0'.repeat(64) })
})

test.each([
  ["UPDATE events SET actor = 'eve' WHERE seq = 2", 2],
  ["UPDATE events SET details = '{}' WHERE seq = 3", 3],
  ["UPDATE events SET hash = '00' WHERE seq = 2", 2],
  ['DELETE FROM events WHERE seq = 2', 2],
  ['DELETE FROM events WHERE seq = 1', 1],
  ['UPDATE events SET seq = seq + 10 WHERE seq > 2', 3],
  ['DELETE FROM events WHERE seq = 2; UPDATE events SET seq = seq - 1 WHERE seq > 2', 2],
  [
    'INSERT INTO events SELECT 5, at, actor, action, scope, skill, integrity, details, hash FROM events WHERE seq = 4',
    5,
  ],
])('%s is found at row %i', async (sql, seq) => {
  const ledger = await ledgerHere()
  ledger.recordAll([event(), event(), event(), event()])
  tamper(sql)
  expect(ledger.verify()).toMatchObject({ intact: false, seq })
})

test('rows cut off at the end are missed', async () => {
  const ledger = await ledgerHere()
  ledger.recordAll([event(), event()])
  tamper('DELETE FROM events WHERE seq = 2')
  expect(ledger.verify()).toMatchObject({ intact: false, seq: 2 })
})

test('the database itself refuses to change or remove a row', async () => {
  ;(await ledgerHere()).record(event())
  const database = new Sqlite(join(dataDir, 'security.sqlite'))
  expect(() => database.exec('UPDATE events SET actor = 1')).toThrow(/final/)
  expect(() => database.exec('DELETE FROM events')).toThrow(/stay/)
  database.close()
})

test('records all events or none', async () => {
  const ledger = await ledgerHere()
  const bad = event({ actor: undefined as never })
  expect(() => ledger.recordAll([event(), bad])).toThrow()
  expect(ledger.list()).toEqual([])
})

test('file and folder are for the user alone', async () => {
  ;(await ledgerHere()).record(event())
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  for (const end of ['', '-wal', '-shm']) {
    expect(statSync(join(dataDir, `security.sqlite${end}`)).mode & 0o777).toBe(0o600)
  }
})

test('a file that is no database, or one from a newer version, is refused and left as it is', async () => {
  const path = join(dataDir, 'security.sqlite')
  ;(await openLedger(dataDir)).close()
  tamper('PRAGMA user_version = 99')
  await expect(openLedger(dataDir)).toThrowCode('ledger_invalid')
  const junk = Buffer.alloc(8192, 'not a database ')
  writeFileSync(path, junk)
  await expect(openLedger(dataDir)).rejects.toMatchObject({
    code: 'ledger_invalid',
    message: expect.stringContaining(path),
    hint: expect.any(String),
  })
  expect(statSync(path).size).toBe(junk.length)
})

test('a data folder that is a file is an error of the file system', async () => {
  writeFileSync(dataDir, '')
  await expect(openLedger(dataDir)).toThrowCode('fs_failed')
})

test('sixteen processes that open and write at once do not fork the chain', async () => {
  const source = `
    import { openLedger } from '${new URL('../../src/ledger/ledger.ts', import.meta.url).pathname}'
    const ledger = await openLedger(process.argv[2])
    for (let i = 0; i < 20; i++) ledger.record({ ...JSON.parse(process.argv[3]), skill: 's' + process.argv[4] })
    ledger.close()`
  await runParallel(16, source, [dataDir, JSON.stringify(event())])
  const ledger = await ledgerHere()
  expect(ledger.verify()).toMatchObject({ intact: true, rows: 320 })
  for (let i = 0; i < 16; i++) expect(ledger.list({ skill: `s${i}` })).toHaveLength(20)
})
