import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { add, type AddRequest } from '../../src/ops/add.ts'
import { verify } from '../../src/ops/verify.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { ioAt, type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

function source(io: TestIo, files: Record<string, string>, name = 'source'): AddRequest['sources'] {
  return [parseSpec(writeTree(join(io.root, name), files))]
}

const TWO = { 'skills/one/SKILL.md': skillMd('one'), 'skills/two/SKILL.md': skillMd('two') }

describe('add', () => {
  it('puts one copy into .agents/skills, links it for every agent and locks it', async () => {
    const io = testIo()
    const result = await add(
      {
        sources: source(io, { 'SKILL.md': skillMd('one'), 'a/b.txt': 'x' }),
        agents: ['claude-code', 'codex'],
      },
      io,
    )
    expect(result.skills.map(({ name, status }) => [name, status])).toEqual([['one', 'added']])
    const tree = readTreeText(io.project)
    expect(Object.keys(tree)).toEqual([
      '.agents/skills/one/SKILL.md',
      '.agents/skills/one/a/b.txt',
      '.claude/skills/one',
      'skills.json',
      'skills.lock',
    ])
    expect(readlinkSync(join(io.project, '.claude/skills/one'))).toBe('../../.agents/skills/one')
    expect(JSON.parse(tree['skills.json'] ?? '')).toMatchObject({ agents: ['claude-code', 'codex'] })
  })

  it('refuses to choose among several skills without a terminal, and writes nothing', async () => {
    const io = testIo()
    await expect(add({ sources: source(io, TWO) }, io)).toThrowCode('skill_ambiguous')
    expect(readTreeText(io.project)).toEqual({})
  })

  it('takes the skills that the user picks', async () => {
    const io = testIo({ chooseSkills: async () => ['skills/two'], chooseAgents: async () => ['codex'] })
    const { skills, agents } = await add({ sources: source(io, TWO) }, io)
    expect(skills.map(({ name }) => name)).toEqual(['two'])
    expect(agents).toEqual(['codex'])
  })

  it('says what is offered when a name fits nothing', async () => {
    const io = testIo()
    const error = await add({ sources: source(io, TWO), skills: ['tow'] }, io).catch(
      (caught: unknown) => caught,
    )
    expect(error).toMatchObject({ code: 'skill_not_found', hint: 'did you mean "two"? it offers one, two' })
  })

  it('refuses a name that another source holds, and takes it under another with --as', async () => {
    const io = testIo()
    await add({ sources: source(io, { 'SKILL.md': skillMd('one') }) }, io)
    const other = source(io, { 'SKILL.md': skillMd('one', 'Other.') }, 'other')
    const before = readTreeText(io.project)
    await expect(add({ sources: other }, io)).toThrowCode('skill_exists')
    expect(readTreeText(io.project)).toEqual(before)
    await add({ sources: other, as: 'one-more' }, io)
    expect(existsSync(join(io.project, '.agents/skills/one-more/SKILL.md'))).toBe(true)
  })

  it('refuses two different skills of one name, but takes identical copies once', async () => {
    const io = testIo()
    const twins = { 'a/one/SKILL.md': skillMd('one'), 'b/one/SKILL.md': skillMd('one') }
    const { skills } = await add({ sources: source(io, twins), all: true }, io)
    expect(skills.map(({ name }) => name)).toEqual(['one'])
    const different = { ...twins, 'b/one/SKILL.md': skillMd('one', 'Differs.') }
    await expect(add({ sources: source(io, different, 'different'), all: true }, io)).toThrowCode(
      'skill_ambiguous',
    )
  })

  it('skips and reports a skill without a description, and loads one whose folder has another name', async () => {
    const io = testIo()
    const files = { 'bad/SKILL.md': '---\nname: bad\n---\n', 'other/SKILL.md': skillMd('one') }
    const { skills } = await add({ sources: source(io, files) }, io)
    expect(skills.map(({ name }) => name)).toEqual(['one'])
    expect(skills[0]?.diagnostics.map(({ severity }) => severity)).toContain('warning')
    expect(io.notices.map(({ message }) => message).join()).toContain('skipped bad')
  })

  it('leaves out one of many whose skill.toml is broken, and refuses it when it is named', async () => {
    const io = testIo()
    const sources = source(io, { ...TWO, 'skills/two/skill.toml': 'nonsense' })
    expect((await add({ sources, all: true }, io)).skills.map(({ name }) => name)).toEqual(['one'])
    expect(io.notices.map(({ code }) => code)).toEqual(['manifest_invalid'])
    await expect(add({ sources, skills: ['two'] }, io)).toThrowCode('manifest_invalid')
  })

  it('refuses capabilities without a terminal or a flag and changes nothing', async () => {
    const io = testIo()
    const files = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['api.example.org']) }
    const error = await add({ sources: source(io, files) }, io).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'consent_required', exit: 3 })
    expect(readTreeText(io.project)).toEqual({})
  })

  it('records what was granted, and what was asked where less was granted', async () => {
    const io = testIo()
    const files = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['api.example.org']) }
    await add({ sources: source(io, files), grant: 'none' }, io)
    const lock = JSON.parse(readFileSync(join(io.project, 'skills.lock'), 'utf8'))
    expect(lock.skills.one).toMatchObject({
      capabilities: {},
      requested: { network: { hosts: ['api.example.org'] } },
      signer: 'unsigned',
      version: '1.0.0',
    })
    expect(io.shown).toHaveLength(1)
  })

  it('grants of a file only what it covers', async () => {
    const io = testIo()
    const files = {
      'SKILL.md': skillMd('one'),
      'skill.toml': skillToml('one', ['a.example.org', 'evil.test']),
    }
    const file = join(io.root, 'grant.json')
    writeFileSync(file, JSON.stringify({ network: { hosts: ['*.example.org'] } }))
    const { skills } = await add({ sources: source(io, files), grant: { file } }, io)
    expect(skills[0]?.capabilities).toEqual({ network: { hosts: ['a.example.org'] } })
    writeFileSync(file, '{"network": 3}')
    await expect(add({ sources: source(io, files, 'again'), as: 'x', grant: { file } }, io)).toThrowCode(
      'grant_invalid',
    )
  })

  it('stops when the user refuses', async () => {
    const io = testIo({ consent: async () => ({ grants: {} }), chooseAgents: async () => [] })
    const files = { 'SKILL.md': skillMd('one'), 'skill.toml': skillToml('one', ['api.example.org']) }
    await expect(add({ sources: source(io, files) }, io)).toThrowCode('consent_denied')
    expect(readTreeText(io.project)).toEqual({})
  })

  it('shows what it would do and writes nothing in a dry run', async () => {
    const io = testIo()
    const { skills, dryRun } = await add(
      { sources: source(io, { 'SKILL.md': skillMd('one') }), dryRun: true },
      io,
    )
    expect([skills[0]?.status, dryRun]).toEqual(['added', true])
    expect(readTreeText(io.project)).toEqual({})
  })

  it('keeps a local edit unless the user says so', async () => {
    const io = testIo()
    const files = { 'SKILL.md': skillMd('one') }
    await add({ sources: source(io, files) }, io)
    const copy = join(io.project, '.agents/skills/one/SKILL.md')
    writeFileSync(copy, 'mine')
    const changed = source(io, { 'SKILL.md': skillMd('one', 'New.') })
    await expect(add({ sources: changed }, io)).toThrowCode('local_edits')
    expect(readFileSync(copy, 'utf8')).toBe('mine')
    const asking = ioAt(io.root, { confirm: async () => true })
    await add({ sources: changed }, asking)
    expect(readFileSync(copy, 'utf8')).toContain('New.')
  })

  it('copies instead of linking on request, and verifies the copies', async () => {
    const io = testIo()
    await add(
      { sources: source(io, { 'SKILL.md': skillMd('one') }), agents: ['claude-code'], copy: true },
      io,
    )
    const copy = join(io.project, '.claude/skills/one/SKILL.md')
    expect(readFileSync(copy, 'utf8')).toBe(skillMd('one'))
    expect((await verify({ names: [] }, io)).ok).toBe(true)
    writeFileSync(copy, 'changed')
    expect((await verify({ names: [] }, io)).skills[0]?.links).toEqual([
      { path: '.claude/skills/one', problem: 'modified' },
    ])
  })

  it('installs for the user and verifies that scope too', async () => {
    const io = testIo()
    await add(
      { sources: source(io, { 'SKILL.md': skillMd('one') }), agents: ['claude-code'], global: true },
      io,
    )
    expect(existsSync(join(io.home, '.agents/skills/one/SKILL.md'))).toBe(true)
    expect(existsSync(join(io.home, '.claude/skills/one/SKILL.md'))).toBe(true)
    expect(existsSync(join(io.home, '.config/skillward/skills.lock'))).toBe(true)
    expect((await verify({ names: [], global: true }, io)).ok).toBe(true)
    rmSync(join(io.home, '.agents/skills/one'), { recursive: true })
    expect((await verify({ names: [], global: true }, io)).skills[0]?.status).toBe('missing')
  })
})
