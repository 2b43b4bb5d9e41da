import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { digestOfFiles, type SkillFile } from '../../src/integrity/tree.ts'
import { expandAgents } from '../../src/link/agents.ts'
import { applyLinks } from '../../src/link/apply.ts'
import { writeFiles } from '../../src/store/write-files.ts'
import type { LinkScope } from '../../src/link/directory.ts'
import { inspectLinks, linkDirs, planLinks, planRemoval, type LinkStep } from '../../src/link/link.ts'
import { surveyLinks } from '../../src/link/place.ts'
import { readSettings, type Settings } from '../../src/platform/env.ts'
import { processorTime } from '../support/processor-time.ts'

const FILES: readonly SkillFile[] = [
  { path: 'SKILL.md', bytes: Buffer.from('---\nname: pdf\n---\n') },
  { path: 'scripts/run.sh', bytes: Buffer.from('#!/bin/sh\n') },
]
const INTEGRITY = digestOfFiles(FILES)
const SKILLS = [{ name: 'pdf', integrity: INTEGRITY }]

const unfinished = mkdtempSync(join(tmpdir(), 'link-work-'))
/** Where unfinished copies wait. */
const workFolder = (): string => unfinished

interface Place {
  readonly scope: LinkScope
  readonly settings: Settings
  readonly root: string
}

function place(kind: 'project' | 'global' = 'project', env: Record<string, string> = {}): Place {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'link-')))
  writeFiles(join(root, '.agents/skills/pdf'), FILES)
  const scope = { kind, root }
  return { root, scope, settings: readSettings({ HOME: root, ...env }, root) }
}

interface Options {
  readonly mode?: 'symlink' | 'copy'
  readonly force?: boolean
  readonly skills?: readonly { name: string; integrity: string; previous?: string[] }[]
  readonly copied?: boolean
  readonly makeLink?: () => void
}

function plan({ scope, settings }: Place, agents: string[], options: Options = {}): LinkStep[] {
  const skills = options.skills ?? SKILLS
  const dirs = linkDirs(expandAgents(agents), scope, settings)
  const places = surveyLinks({ scope, dirs, names: skills.map((skill) => skill.name) })
  const { mode = 'symlink', force = false, copied = false } = options
  return planLinks({ places, skills, mode, force, copied })
}

function link(where: Place, agents: string[], options: Options = {}): LinkStep[] {
  const steps = plan(where, agents, options)
  const { makeLink } = options
  applyLinks(steps, { ...where, filesOf: () => FILES, workFolder, ...(makeLink ? { makeLink } : {}) })
  return steps
}

function inspect({ scope, settings }: Place, agents: string[]): unknown {
  return inspectLinks({ scope, dirs: linkDirs(expandAgents(agents), scope, settings), skills: SKILLS })
}

function unlink({ scope, settings }: Place, agents: string[], force = false): LinkStep[] {
  const dirs = linkDirs(expandAgents(agents), scope, settings)
  const steps = planRemoval({ places: surveyLinks({ scope, dirs, names: ['pdf'] }), skills: SKILLS, force })
  applyLinks(steps, { scope, settings, filesOf: () => FILES, workFolder })
  return steps
}

describe('links', () => {
  test('puts a relative link into each agent folder, once for agents that share it', () => {
    const where = place()
    const steps = link(where, ['claude-code', 'trae', 'trae-cn', 'cursor', 'openclaw'])
    expect(steps.map((step) => step.dir)).toEqual(['.claude/skills', '.trae/skills', 'skills'])
    expect(readlinkSync(join(where.root, '.claude/skills/pdf'))).toBe('../../.agents/skills/pdf')
    expect(readlinkSync(join(where.root, 'skills/pdf'))).toBe('../.agents/skills/pdf')
    expect(readFileSync(join(where.root, '.trae/skills/pdf/SKILL.md'), 'utf8')).toContain('name: pdf')
    expect(inspect(where, ['claude-code', 'trae', 'openclaw'])).toEqual([])
  })

  test('plans nothing when all is right, and a step applied twice is harmless', () => {
    const where = place()
    const steps = link(where, ['claude-code'])
    expect(plan(where, ['claude-code'])).toEqual([])
    applyLinks(JSON.parse(JSON.stringify(steps)), { ...where, filesOf: () => FILES, workFolder })
    expect(inspect(where, ['claude-code'])).toEqual([])
  })

  test('links the user folders where variables put them', () => {
    const claude = realpathSync(mkdtempSync(join(tmpdir(), 'claude-')))
    const where = place('global', { CLAUDE_CONFIG_DIR: claude })
    link(where, ['claude-code', 'codex', 'eve', 'crush'])
    expect(realpathSync(join(claude, 'skills/pdf'))).toBe(join(where.root, '.agents/skills/pdf'))
    expect(readlinkSync(join(where.root, '.config/crush/skills/pdf'))).toBe('../../../.agents/skills/pdf')
    expect(readdirSync(where.root).sort()).toEqual(['.agents', '.config'])
  })

  test('follows a linked folder of the user and links relative to its real place', () => {
    const where = place('global')
    mkdirSync(join(where.root, 'dotfiles/a/claude'), { recursive: true })
    symlinkSync('dotfiles/a/claude', join(where.root, '.claude'))
    link(where, ['claude-code'])
    expect(realpathSync(join(where.root, '.claude/skills/pdf'))).toBe(join(where.root, '.agents/skills/pdf'))
  })

  test('replaces its own link in another form: absolute, of another skill, or checked out as text', () => {
    const where = place()
    const at = (dir: string): string => join(where.root, dir, 'skills/pdf')
    for (const dir of ['.claude', '.roo', '.jazz']) mkdirSync(dirname(at(dir)), { recursive: true })
    symlinkSync(join(where.root, '.agents/skills/pdf'), at('.claude'))
    symlinkSync('../../.agents/skills/other', at('.roo'))
    writeFileSync(at('.jazz'), '../../.agents/skills/pdf')
    expect(inspect(where, ['claude-code', 'roo', 'jazz'])).toHaveLength(3)
    link(where, ['claude-code', 'roo', 'jazz'])
    for (const dir of ['.claude', '.roo', '.jazz'])
      expect(readlinkSync(at(dir))).toBe('../../.agents/skills/pdf')
  })

  test('links 18 skills for 50 agents without doing work twice', () => {
    const where = place()
    const skills = Array.from({ length: 18 }, (_, index) => ({
      name: `skill-${index}`,
      integrity: INTEGRITY,
    }))
    const dirs = [...new Set(linkDirs(expandAgents(['*']), where.scope, where.settings))].slice(0, 50)
    const start = processorTime()
    const places = surveyLinks({ scope: where.scope, dirs, names: skills.map((skill) => skill.name) })
    const steps = planLinks({ places, skills, mode: 'symlink' })
    applyLinks(steps, { ...where, filesOf: () => FILES, workFolder })
    const took = processorTime() - start
    expect(steps).toHaveLength(900)
    // The goal is 30 ms on a quiet machine; here only a blow-up is caught.
    expect(took).toBeLessThan(1500)
  })
})

describe('whole folders that are links', () => {
  test('needs nothing where the project links the whole folder to the shared one', () => {
    const where = place()
    mkdirSync(join(where.root, '.claude'))
    symlinkSync('../.agents/skills', join(where.root, '.claude/skills'))
    expect(plan(where, ['claude-code'])).toEqual([])
    expect(inspect(where, ['claude-code'])).toEqual([])
  })

  test('never removes the copy through such a link', () => {
    const where = place()
    mkdirSync(join(where.root, '.claude'))
    symlinkSync('../.agents/skills', join(where.root, '.claude/skills'))
    expect(unlink(where, ['claude-code'])).toEqual([])
    const forged: LinkStep = { action: 'remove', dir: '.claude/skills', name: 'pdf', replaces: 'any' }
    applyLinks([forged], { ...where, filesOf: () => FILES, workFolder })
    expect(existsSync(join(where.root, '.agents/skills/pdf/SKILL.md'))).toBe(true)
  })

  test('links once where two agents share one real folder', () => {
    const where = place()
    mkdirSync(join(where.root, '.claude'))
    symlinkSync('.claude', join(where.root, '.roo'))
    expect(link(where, ['claude-code', 'roo']).map((step) => step.dir)).toEqual(['.claude/skills'])
    expect(inspect(where, ['roo'])).toEqual([])
  })

  test('works where the shared folder is itself a link to an agent folder', () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'link-')))
    writeFiles(join(root, '.claude/skills/pdf'), FILES)
    mkdirSync(join(root, '.agents'))
    symlinkSync('../.claude/skills', join(root, '.agents/skills'))
    const where = {
      root,
      scope: { kind: 'project', root } as const,
    }
    const full = { ...where, settings: readSettings({ HOME: root }, root) }
    link(full, ['claude-code', 'crush'])
    expect(readlinkSync(join(root, '.crush/skills/pdf'))).toBe('../../.claude/skills/pdf')
    expect(lstatSync(join(root, '.claude/skills/pdf')).isDirectory()).toBe(true)
  })
})

describe('planted links', () => {
  const outside = mkdtempSync(join(tmpdir(), 'outside-'))
  const plant: readonly (readonly [string, (root: string) => void])[] = [
    ['an agent folder outside', (root) => symlinkSync(outside, join(root, '.claude'))],
    [
      'a skills folder outside',
      (root) => {
        mkdirSync(join(root, '.claude'))
        symlinkSync(outside, join(root, '.claude/skills'))
      },
    ],
    ['a folder above', (root) => symlinkSync('..', join(root, '.claude'))],
    [
      'the .git folder',
      (root) => {
        mkdirSync(join(root, '.git/hooks'), { recursive: true })
        symlinkSync('.git', join(root, '.claude'))
      },
    ],
    [
      'the inside of a skill',
      (root) => {
        mkdirSync(join(root, '.claude'))
        symlinkSync('../.agents/skills/pdf', join(root, '.claude/skills'))
      },
    ],
    ['nowhere', (root) => symlinkSync('no-such-folder', join(root, '.claude'))],
    ['a circle', (root) => symlinkSync('.claude', join(root, '.claude'))],
    ['a file', (root) => writeFileSync(join(root, '.claude'), '')],
  ]

  test.each(plant)('refuses %s and writes nothing there', async (_name, make) => {
    const where = place()
    make(where.root)
    await expect(() => plan(where, ['claude-code'])).toThrowCode('link_conflict')
    const step: LinkStep = { action: 'link', dir: '.claude/skills', name: 'pdf', replaces: 'any' }
    await expect(() => applyLinks([step], { ...where, filesOf: () => FILES, workFolder })).toThrowCode(
      'link_conflict',
    )
    expect(readdirSync(outside)).toEqual([])
  })

  test('refuses a shared folder that leads out of the project', async () => {
    const root = mkdtempSync(join(tmpdir(), 'link-'))
    symlinkSync(outside, join(root, '.agents'))
    const scope = { kind: 'project', root } as const
    await expect(() => surveyLinks({ scope, dirs: ['.claude/skills'], names: ['pdf'] })).toThrowCode(
      'link_conflict',
    )
  })

  test('refuses a forged step for a folder of no agent, and one with a bad name', async () => {
    const where = place()
    const apply = (dir: string, name: string): unknown =>
      applyLinks([{ action: 'remove', dir, name, replaces: 'any' }], {
        ...where,
        filesOf: () => FILES,
        workFolder,
      })
    await expect(() => apply('src', 'pdf')).toThrowCode('link_conflict')
    await expect(() => apply('..', 'pdf')).toThrowCode('link_conflict')
    await expect(() => apply('.claude/skills', '../x')).toThrowCode('name_invalid')
  })
})

describe('what already stands there', () => {
  function occupied(fill: (path: string, root: string) => void): Place {
    const where = place()
    mkdirSync(join(where.root, '.claude/skills'), { recursive: true })
    fill(join(where.root, '.claude/skills/pdf'), where.root)
    return where
  }
  const own = (path: string): void => writeFiles(path, [{ path: 'SKILL.md', bytes: Buffer.from('mine') }])

  test.each([
    ['a link elsewhere', (path: string) => symlinkSync('../../src', path)],
    ['a folder', own],
    ['a file', (path: string) => writeFileSync(path, 'mine')],
  ])('refuses %s, and replaces it only when forced', async (_name, fill) => {
    const where = occupied(fill)
    await expect(() => plan(where, ['claude-code'])).toThrowCode('link_conflict')
    link(where, ['claude-code'], { force: true })
    expect(inspect(where, ['claude-code'])).toEqual([])
    expect(readdirSync(unfinished)).toEqual([])
  })

  test('refuses an edited copy as local edits', async () => {
    const where = occupied(own)
    const skills = [{ name: 'pdf', integrity: INTEGRITY, previous: ['h1:before'] }]
    await expect(() => plan(where, ['claude-code'], { skills, copied: true })).toThrowCode('local_edits')
    await expect(() => plan(where, ['claude-code'], { skills })).toThrowCode('link_conflict')
  })

  test('replaces an unedited copy of the digest before', () => {
    const before: SkillFile[] = [{ path: 'SKILL.md', bytes: Buffer.from('before') }]
    const where = occupied((path) => writeFiles(path, before))
    const skills = [{ name: 'pdf', integrity: INTEGRITY, previous: [digestOfFiles(before)] }]
    link(where, ['claude-code'], { skills })
    expect(readlinkSync(join(where.root, '.claude/skills/pdf'))).toBe('../../.agents/skills/pdf')
  })

  test('does not replace what changed between plan and apply', async () => {
    const where = place()
    const steps = plan(where, ['claude-code'])
    own(join(where.root, '.claude/skills/pdf'))
    await expect(() => applyLinks(steps, { ...where, filesOf: () => FILES, workFolder })).toThrowCode(
      'link_conflict',
    )
    expect(readFileSync(join(where.root, '.claude/skills/pdf/SKILL.md'), 'utf8')).toBe('mine')
  })
})

describe('copies', () => {
  test('makes copies with derived modes on request, and keeps them', () => {
    const where = place()
    link(where, ['claude-code'], { mode: 'copy' })
    const copy = join(where.root, '.claude/skills/pdf')
    expect(lstatSync(copy).isDirectory()).toBe(true)
    expect(lstatSync(join(copy, 'scripts/run.sh')).mode & 0o100).toBe(0o100)
    expect(lstatSync(join(copy, 'SKILL.md')).mode & 0o111).toBe(0)
    expect(plan(where, ['claude-code'], { mode: 'copy' })).toEqual([])
    expect(plan(where, ['claude-code'])).toEqual([])
  })

  test('turns a link into a copy on request', () => {
    const where = place()
    link(where, ['claude-code'])
    link(where, ['claude-code'], { mode: 'copy' })
    expect(lstatSync(join(where.root, '.claude/skills/pdf')).isDirectory()).toBe(true)
    expect(readdirSync(join(where.root, '.agents/skills/pdf')).sort()).toEqual(['SKILL.md', 'scripts'])
  })

  test('falls back to a copy where links cannot be made, and says which', () => {
    const where = place()
    const makeLink = (): void => {
      throw Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' })
    }
    const steps = plan(where, ['claude-code'])
    const { copied } = applyLinks(steps, { ...where, filesOf: () => FILES, workFolder, makeLink })
    expect(copied).toEqual(steps)
    expect(inspect(where, ['claude-code'])).toEqual([])
    expect(plan(where, ['claude-code'])).toEqual([])
  })
})

describe('inspection and removal', () => {
  test('tells missing, elsewhere and modified apart', () => {
    const where = place()
    link(where, ['claude-code', 'roo', 'jazz', 'goose'], { mode: 'copy' })
    writeFileSync(join(where.root, '.roo/skills/pdf/SKILL.md'), 'edited')
    mkdirSync(join(where.root, '.crush/skills'), { recursive: true })
    symlinkSync('/etc', join(where.root, '.crush/skills/pdf'))
    expect(inspect(where, ['claude-code', 'roo', 'crush', 'kode'])).toEqual([
      { dir: '.roo/skills', name: 'pdf', problem: 'modified' },
      { dir: '.crush/skills', name: 'pdf', problem: 'elsewhere' },
      { dir: '.kode/skills', name: 'pdf', problem: 'missing' },
    ])
  })

  test('removes its links and copies and the folders that became empty, twice without harm', () => {
    const where = place()
    link(where, ['claude-code', 'tabnine-cli'])
    link(where, ['roo'], { mode: 'copy' })
    writeFileSync(join(where.root, '.claude/settings.json'), '{}')
    const steps = unlink(where, ['claude-code', 'tabnine-cli', 'roo'])
    expect(steps).toHaveLength(3)
    applyLinks(steps, { ...where, filesOf: () => FILES, workFolder })
    expect(readdirSync(where.root).sort()).toEqual(['.agents', '.claude'])
    expect(readdirSync(join(where.root, '.claude'))).toEqual(['settings.json'])
  })

  test('leaves a link elsewhere alone, and refuses to remove an edited copy unless forced', async () => {
    const where = place()
    mkdirSync(join(where.root, '.claude/skills'), { recursive: true })
    symlinkSync('/etc', join(where.root, '.claude/skills/pdf'))
    expect(unlink(where, ['claude-code'])).toEqual([])
    link(where, ['roo'], { mode: 'copy' })
    writeFileSync(join(where.root, '.roo/skills/pdf/SKILL.md'), 'edited')
    await expect(() => unlink(where, ['roo'])).toThrowCode('local_edits')
    unlink(where, ['roo'], true)
    expect(existsSync(join(where.root, '.roo'))).toBe(false)
    expect(readlinkSync(join(where.root, '.claude/skills/pdf'))).toBe('/etc')
  })
})
