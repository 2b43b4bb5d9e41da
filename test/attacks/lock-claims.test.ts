// A lock that was edited by hand grants more than the content asks for, or says what the content does not.
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import type { Code } from '../../src/errors/codes.ts'
import type { LockEntry } from '../../src/lock/lockfile.ts'
import { add } from '../../src/ops/add.ts'
import { grantCapabilities, revokeCapabilities } from '../../src/ops/capabilities.ts'
import { install } from '../../src/ops/install.ts'
import { update } from '../../src/ops/update.ts'
import { verify, verifyExit } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { skillMd, writeTree } from '../support/skill-tree.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

const TOML = `[skill]
name = "one"
version = "1.0.0"
[capabilities.network]
hosts = ["*.example.org"]
[capabilities.filesystem]
read = ["\${project}/**"]
deny = ["\${project}/.env"]
[[capabilities.secrets]]
name = "API_KEY"
reason = "to ask for reports"
[capabilities.resources]
memory = "256Mi"
[optional-capabilities.network]
hosts = ["mirror.example.net"]
`

let io: TestIo

beforeEach(async () => {
  io = testIo()
  writeTree(join(io.root, 'source'), { 'SKILL.md': skillMd('one'), 'skill.toml': TOML })
  await add({ sources: [parseSpec('../source')], agents: ['claude-code'], grant: 'requested' }, io)
})

/** The entry with what `change` makes of it. */
function edit(change: (entry: LockEntry) => object): void {
  const file = join(io.project, 'skills.lock')
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { skills: { one: LockEntry } }
  lock.skills.one = { ...lock.skills.one, ...change(lock.skills.one) }
  writeFileSync(file, JSON.stringify(lock))
}

const granting = (change: (c: Capabilities) => Capabilities) => (entry: LockEntry) => ({
  capabilities: change(entry.capabilities),
  requested: entry.requested ?? entry.capabilities,
})

const FORGED: readonly (readonly [string, Code, (entry: LockEntry) => object])[] = [
  [
    'a command that nobody asked for',
    'grant_exceeds',
    granting((c) => ({ ...c, terminal: { allow: ['bash **'] } })),
  ],
  ['a wider host', 'grant_exceeds', granting((c) => ({ ...c, network: { hosts: ['*'] } }))],
  [
    'a denial that is gone',
    'grant_exceeds',
    granting((c) => ({ ...c, filesystem: { read: ['${project}/**'] } })),
  ],
  ['a ceiling that is raised', 'grant_exceeds', granting((c) => ({ ...c, resources: { memory: '512Mi' } }))],
  ['a ceiling that is gone', 'grant_exceeds', granting(({ resources: _gone, ...c }) => c)],
  [
    'a reason that the author does not give',
    'grant_exceeds',
    granting((c) => ({ ...c, secrets: [{ name: 'API_KEY', reason: 'reviewed: harmless' }] })),
  ],
  [
    'content of a kind that is not there',
    'grant_exceeds',
    granting((c) => ({ ...c, opaque: ['binary:bin/x'] })),
  ],
  [
    'a request that is narrowed',
    'grant_stale',
    () => ({ capabilities: {}, requested: { network: { hosts: ['a.org'] } } }),
  ],
  [
    'a request that is widened ahead of an update',
    'grant_stale',
    ({ capabilities }) => ({ requested: { ...capabilities, terminal: { allow: ['**'] } } }),
  ],
  ['another version', 'lock_untrue', () => ({ version: '9.9.9' })],
  ['a version less', 'lock_untrue', () => ({ version: undefined })],
  ['a signer', 'lock_signer', () => ({ signer: 'https://ci.example.org' })],
]

it.each(FORGED)('refuses %s (%s), whichever command reads it', async (_what, code, change) => {
  edit(change)
  await expect(install({ frozen: true }, io)).toThrowCode(code)
  await expect(install({}, io)).toThrowCode(code)
  await expect(install({ frozen: true, dryRun: true }, io)).toThrowCode(code)
  if (code === 'lock_signer') await expect(verify({ names: [] }, io)).toThrowCode(code)
  else {
    const result = await verify({ names: [] }, io)
    expect([result.claims[0]?.code, verifyExit(result)]).toEqual([code, 3])
  }
})

it('refuses a forged entry that has to be fetched first, and leaves nothing of it', async () => {
  edit(granting((c) => ({ ...c, terminal: { allow: ['bash **'] } })))
  rmSync(join(io.project, '.agents'), { recursive: true })
  rmSync(join(io.home, '.local'), { recursive: true })
  await expect(install({ frozen: true }, io)).toThrowCode('grant_exceeds')
  expect((await verify({ names: [] }, io)).skills[0]?.status).toBe('missing')
})

it('names the skill and the line that is too wide', async () => {
  edit(granting((c) => ({ ...c, terminal: { allow: ['bash **'] } })))
  await expect(install({ frozen: true }, io)).rejects.toThrow(/"one".*capabilities\.terminal.*"bash \*\*"/)
})

it('keeps believing what it found true, and only that', async () => {
  await install({ frozen: true }, io)
  await install({ frozen: true }, io)
  edit(granting((c) => ({ ...c, network: { hosts: ['*'] } })))
  await expect(install({ frozen: true }, io)).toThrowCode('grant_exceeds')
})

it('accepts less than was asked for, limits of the user and optional lines', async () => {
  await revokeCapabilities({ names: ['one'], kinds: ['network'] }, io)
  edit(({ capabilities }) => ({
    capabilities: {
      ...capabilities,
      network: { hosts: ['api.example.org', 'mirror.example.net'] },
      terminal: { allow: [], deny: ['rm **'] },
      resources: { memory: '128Mi', pids: 4 },
    },
  }))
  await install({ frozen: true }, io)
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})

it('answers anew with the request that the content makes', async () => {
  edit(() => ({ capabilities: { terminal: { allow: ['bash **'] } }, requested: {} }))
  await grantCapabilities({ names: ['one'], grant: 'requested' }, io)
  await install({ frozen: true }, io)
  expect((await verify({ names: [] }, io)).ok).toBe(true)
})

it('asks an update in full when the locked answer was widened ahead of it', async () => {
  edit(({ capabilities }) => {
    const wide = { ...capabilities, terminal: { allow: ['**'] } }
    return { capabilities: wide, requested: undefined }
  })
  const more = '[capabilities.terminal]\nallow = ["bash **"]\n[capabilities.network]'
  writeTree(join(io.root, 'source'), { 'skill.toml': TOML.replace('[capabilities.network]', more) })
  await expect(update({ names: [] }, io)).toThrowCode('consent_required')
})
