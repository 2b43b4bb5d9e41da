import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLedger } from '../../src/ledger/ledger.ts'
import type { LockEntry, Lockfile } from '../../src/lock/lockfile.ts'
import { add } from '../../src/ops/add.ts'
import { grantCapabilities, revokeCapabilities, showCapabilities } from '../../src/ops/capabilities.ts'
import type { GrantChoice } from '../../src/ops/io.ts'
import { update } from '../../src/ops/update.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, writeTree } from '../support/skill-tree.ts'

const CONTRACT = `[skill]
name = "one"
version = "1.0.0"

[capabilities]
network = { hosts = ["api.example.org"] }
terminal = { allow = ["git **"] }

[optional-capabilities]
network = { hosts = ["cdn.example.org"] }
`
const NETWORK = { network: { hosts: ['api.example.org'] } }
const REQUESTED = { ...NETWORK, terminal: { allow: ['git **'] } }

async function projectWithOne(grant: GrantChoice): Promise<TestIo> {
  const io = testIo()
  const files = { 'SKILL.md': skillMd('one'), 'skill.toml': CONTRACT }
  await add({ sources: [parseSpec(writeTree(join(io.root, 'one'), files))], grant }, io)
  return io
}

function entry(io: TestIo): LockEntry {
  const lock = JSON.parse(readFileSync(join(io.project, 'skills.lock'), 'utf8')) as Lockfile
  return lock.skills.one as LockEntry
}

/** What the ledger has of grants and revocations, once its chain was proved. */
async function answers(io: TestIo): Promise<(readonly [string, unknown])[]> {
  const ledger = await openLedger(io.settings.dataDir)
  try {
    expect(ledger.verify()).toMatchObject({ intact: true })
    return ledger
      .list({ skill: 'one', scope: io.project })
      .filter(({ action }) => action === 'grant' || action === 'revoke')
      .map(({ action, details }) => [action, (details as { capabilities: unknown }).capabilities] as const)
  } finally {
    ledger.close()
  }
}

describe('showing', () => {
  it('tells what is granted and what is asked for, and writes nothing', async () => {
    const io = await projectWithOne('none')
    const before = readTreeText(io.root)
    const { skills } = await showCapabilities({ names: [] }, io)
    expect(skills).toMatchObject([
      { name: 'one', granted: {}, changed: false, request: { requested: REQUESTED } },
    ])
    expect(readTreeText(io.root)).toEqual(before)
  })

  it('tells what is granted also where the content is not at hand', async () => {
    const io = await projectWithOne('requested')
    for (const path of [join(io.project, '.agents'), join(io.settings.dataDir, 'store')])
      rmSync(path, { recursive: true })
    const { skills } = await showCapabilities({ names: ['one'] }, io)
    expect(skills).toEqual([{ name: 'one', granted: REQUESTED, changed: false }])
  })
})

describe('granting', () => {
  it('gives what is asked for, in the lock and in the ledger', async () => {
    const io = await projectWithOne('none')
    expect(entry(io)).toMatchObject({ capabilities: {}, requested: REQUESTED })
    const { skills } = await grantCapabilities({ names: ['one'], grant: 'requested' }, io)
    expect(skills).toEqual([{ name: 'one', granted: REQUESTED, changed: true }])
    expect(entry(io).capabilities).toEqual(REQUESTED)
    expect(entry(io)).not.toHaveProperty('requested')
    expect(await answers(io)).toEqual([
      ['grant', {}],
      ['grant', REQUESTED],
    ])
    expect(io.shown).toHaveLength(2)
  })

  it('changes and records nothing when the same is granted again', async () => {
    const io = await projectWithOne('requested')
    const lock = readFileSync(join(io.project, 'skills.lock'), 'utf8')
    const { skills } = await grantCapabilities({ names: ['one'], grant: 'requested' }, io)
    expect(skills).toEqual([{ name: 'one', granted: REQUESTED, changed: false }])
    expect(await answers(io)).toEqual([['grant', REQUESTED]])
    expect(readFileSync(join(io.project, 'skills.lock'), 'utf8')).toBe(lock)
  })

  it('gives of a file what was asked for, optional capabilities too, and nothing else', async () => {
    const io = await projectWithOne('none')
    const file = join(io.project, 'grant.json')
    const allowed = { network: { hosts: ['*.example.org', 'evil.test'] }, env: { required: ['HOME'] } }
    writeFileSync(file, JSON.stringify({ skills: { one: allowed, other: REQUESTED } }))
    await grantCapabilities({ names: ['one'], grant: { file } }, io)
    const granted = { network: { hosts: ['api.example.org', 'cdn.example.org'] } }
    expect(entry(io)).toMatchObject({ capabilities: granted, requested: REQUESTED })
  })

  it('takes the answer of the user, and changes nothing when it is no', async () => {
    const io = await projectWithOne('none')
    const before = readTreeText(io.root)
    const refusing = ioAt(io.root, { consent: async () => ({ grants: {} }) })
    await expect(grantCapabilities({ names: ['one'] }, refusing)).toThrowCode('consent_denied')
    expect(readTreeText(io.root)).toEqual(before)
    const granting = ioAt(io.root, { consent: async () => ({ grants: { one: NETWORK } }) })
    await grantCapabilities({ names: ['one'] }, granting)
    expect(entry(io).capabilities).toEqual(NETWORK)
  })

  it('refuses without a terminal, without names, and without the content to ask', async () => {
    const io = await projectWithOne('none')
    await expect(grantCapabilities({ names: ['one'] }, io)).toThrowCode('consent_required')
    expect(io.shown, 'once at add and once now').toHaveLength(2)
    await expect(grantCapabilities({ names: [], grant: 'requested' }, io)).toThrowCode('usage')
    await expect(grantCapabilities({ names: ['two'], grant: 'requested' }, io)).toThrowCode('skill_not_found')
    for (const path of [join(io.project, '.agents'), join(io.settings.dataDir, 'store')])
      rmSync(path, { recursive: true })
    await expect(grantCapabilities({ names: ['one'], grant: 'requested' }, io)).toThrowCode('skill_not_found')
  })

  it.each(['{"skills": null}', '{"skills": [1]}', '{"skills": {"one": 3}}', '[]', 'yes', '{"shell": []}'])(
    'refuses the grant file %s and changes nothing',
    async (text) => {
      const io = await projectWithOne('none')
      const file = join(io.root, 'grant.json')
      writeFileSync(file, text)
      const before = readTreeText(io.root)
      await expect(grantCapabilities({ names: ['one'], grant: { file } }, io)).toThrowCode('grant_invalid')
      expect(readTreeText(io.root)).toEqual(before)
    },
  )
})

describe('revoking', () => {
  it('takes everything back, remembers what was asked, and is not asked again at an update', async () => {
    const io = await projectWithOne('requested')
    const { skills } = await revokeCapabilities({ names: ['one'] }, io)
    expect(skills).toEqual([{ name: 'one', granted: {}, changed: true }])
    expect(entry(io)).toMatchObject({ capabilities: {}, requested: REQUESTED })
    expect(await answers(io)).toEqual([
      ['grant', REQUESTED],
      ['revoke', {}],
    ])
    writeFileSync(join(io.root, 'one/SKILL.md'), skillMd('one', 'Better.'))
    expect((await update({ names: [] }, io)).items[0]?.status).toBe('updated')
    expect(entry(io)).toMatchObject({ capabilities: {}, requested: REQUESTED })
  })

  it('takes only the kinds named', async () => {
    const io = await projectWithOne('requested')
    await revokeCapabilities({ names: ['one'], kinds: ['terminal', 'env'] }, io)
    expect(entry(io)).toMatchObject({ capabilities: NETWORK, requested: REQUESTED })
    expect((await answers(io)).at(-1)).toEqual(['revoke', NETWORK])
  })

  it('records nothing where nothing was granted', async () => {
    const io = await projectWithOne('none')
    const lock = readFileSync(join(io.project, 'skills.lock'), 'utf8')
    expect((await revokeCapabilities({ names: ['one'] }, io)).skills[0]?.changed).toBe(false)
    expect(await answers(io)).toEqual([['grant', {}]])
    expect(readFileSync(join(io.project, 'skills.lock'), 'utf8')).toBe(lock)
    await expect(revokeCapabilities({ names: [] }, io)).toThrowCode('usage')
  })
})
