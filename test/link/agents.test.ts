import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AGENTS, agentById, agentDir, detectAgents, expandAgents } from '../../src/link/agents.ts'
import { readSettings } from '../../src/platform/env.ts'

function home(env: Record<string, string> = {}): ReturnType<typeof readSettings> {
  const folder = mkdtempSync(join(tmpdir(), 'agents-'))
  return readSettings({ HOME: folder, ...env }, folder)
}

test('knows every agent of the table, each with a project folder', () => {
  expect(AGENTS.size).toBe(79)
  for (const agent of AGENTS.values()) {
    expect(agent.id).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(agent.project).toMatch(/^([a-z.][a-z/.-]*\/)?skills$/)
    expect(agent.label).not.toBe('')
  }
})

test('gives each agent its folders', () => {
  const settings = home()
  const at = (id: string): string | undefined => agentDir(agentById(id), 'global', settings)
  expect(agentById('claude-code').project).toBe('.claude/skills')
  expect(at('claude-code')).toBe(join(settings.home ?? '', '.claude/skills'))
  expect(at('windsurf')).toBe(join(settings.home ?? '', '.codeium/windsurf/skills'))
  expect(at('crush')).toBe(join(settings.home ?? '', '.config/crush/skills'))
  expect(at('codex')).toBe(join(settings.home ?? '', '.agents/skills'))
  expect(at('jazz')).toBe(join(settings.home ?? '', '.jazz/skills'))
  expect(at('eve')).toBeUndefined()
  expect(at('promptscript')).toBeUndefined()
})

test('honours the variables that move folders, and ignores relative values', () => {
  const settings = home({
    CLAUDE_CONFIG_DIR: '/srv/claude',
    XDG_CONFIG_HOME: '/srv/config',
    CODEX_HOME: '/srv/codex',
  })
  expect(agentDir(agentById('claude-code'), 'global', settings)).toBe('/srv/claude/skills')
  expect(agentDir(agentById('crush'), 'global', settings)).toBe('/srv/config/crush/skills')
  expect(agentDir(agentById('codex'), 'global', settings)).toBe(join(settings.home ?? '', '.agents/skills'))
  const relative = home({ CLAUDE_CONFIG_DIR: 'claude' })
  expect(agentDir(agentById('claude-code'), 'global', relative)).toBe(
    join(relative.home ?? '', '.claude/skills'),
  )
})

test.each([
  ['autohand-code', 'AUTOHAND_HOME', '.autohand'],
  ['grok', 'GROK_HOME', '.grok'],
  ['hermes-agent', 'HERMES_HOME', '.hermes'],
])('finds the folder of %s where %s says, else in the home directory', (id, variable, folder) => {
  const moved = mkdtempSync(join(tmpdir(), 'agents-'))
  const settings = home({ [variable]: moved })
  expect(agentDir(agentById(id), 'global', settings)).toBe(join(moved, 'skills'))
  expect(detectAgents(settings, settings.cwd, 'global')).toEqual([id])
  const plain = home({ [variable]: 'relative' })
  expect(agentDir(agentById(id), 'global', plain)).toBe(join(plain.home ?? '', folder, 'skills'))
})

test('detects Mistral Vibe where VIBE_HOME says', () => {
  const settings = home({ VIBE_HOME: mkdtempSync(join(tmpdir(), 'agents-')) })
  expect(detectAgents(settings, settings.cwd, 'global')).toEqual(['mistral-vibe'])
})

test('gives agents that read the shared folder themselves no folder of their own beside it', () => {
  const settings = home()
  for (const id of ['goose', 'mistral-vibe', 'gemini-cli', 'opencode', 'github-copilot', 'codex']) {
    expect(agentById(id).project).toBe('.agents/skills')
    expect(agentDir(agentById(id), 'global', settings)).toBe(join(settings.home ?? '', '.agents/skills'))
  }
})

test('refuses an unknown agent and says which was probably meant', async () => {
  await expect(() => agentById('claudecode')).toThrowCode('agent_unknown')
  expect(() => agentById('claude-cod')).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('claude-code') }),
  )
  await expect(() => expandAgents(['cursor', '__proto__'])).toThrowCode('agent_unknown')
})

test('expands a star to all agents and names each agent once', () => {
  expect(expandAgents(['*'])).toHaveLength(AGENTS.size)
  expect(expandAgents(['cursor', 'codex', 'cursor']).map((agent) => agent.id)).toEqual(['cursor', 'codex'])
})

test('detects agents by their own folders, of the user and of the project', () => {
  const settings = home()
  const root = mkdtempSync(join(tmpdir(), 'project-'))
  mkdirSync(join(settings.home ?? '', '.claude'))
  mkdirSync(join(root, '.cursor'))
  mkdirSync(join(root, 'skills'))
  expect(detectAgents(settings, root, 'project')).toEqual(['claude-code', 'cursor'])
  expect(detectAgents(settings, root, 'global')).toEqual(['claude-code'])
})

test('detects Codex where CODEX_HOME says', () => {
  const codex = mkdtempSync(join(tmpdir(), 'codex-'))
  expect(detectAgents(home({ CODEX_HOME: codex }), codex, 'global')).toEqual(['codex'])
})
