import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { agents, type AgentsResult } from '../../src/ops/agents.ts'
import { type TestIo, testIo } from '../support/test-io.ts'

async function byId(io: TestIo, global = false): Promise<Map<string, AgentsResult['agents'][number]>> {
  const result = await agents({ global }, io)
  return new Map(result.agents.map((agent) => [agent.id, agent]))
}

it('knows every agent and where it looks, and finds none in an empty home', async () => {
  const io = testIo()
  const found = await byId(io)
  expect(found.size).toBeGreaterThan(60)
  expect([...found.values()].filter((agent) => agent.detected || agent.selected)).toEqual([])
  expect(found.get('claude-code')).toEqual({
    id: 'claude-code',
    label: 'Claude Code',
    detected: false,
    selected: false,
    project: '.claude/skills',
    global: join(io.home, '.claude/skills'),
  })
})

it('detects agents by their folders in the home directory and in the project', async () => {
  const io = testIo()
  mkdirSync(join(io.home, '.claude'))
  mkdirSync(join(io.project, '.roo'))
  const inProject = await byId(io)
  expect([inProject.get('claude-code')?.detected, inProject.get('roo')?.detected]).toEqual([true, true])
  const forUser = await byId(io, true)
  expect([forUser.get('claude-code')?.detected, forUser.get('roo')?.detected]).toEqual([true, false])
})

it('says which agents skills.json names', async () => {
  const io = testIo()
  writeFileSync(join(io.project, 'skills.json'), '{"skills": {}, "agents": ["codex"]}')
  const found = await byId(io)
  expect([found.get('codex')?.selected, found.get('claude-code')?.selected]).toEqual([true, false])
  expect((await byId(io, true)).get('codex')?.selected).toBe(false)
})
