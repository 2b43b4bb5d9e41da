import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { importLock, type ImportResult } from '../../src/ops/import.ts'
import { verify } from '../../src/ops/verify.ts'
import { startRegistry } from '../support/fake-registry.ts'
import { makeRepo, publishBare, type TestRepo } from '../support/git-repo.ts'
import { type TestIo, testIo } from '../support/test-io.ts'
import { readTreeText, skillMd, skillToml, writeTree } from '../support/skill-tree.ts'

interface Hosts {
  readonly io: TestIo
  readonly repo: TestRepo
  /** The first commit; the branch has moved on since. */
  readonly first: string
}

/** A project whose github.com and gitlab.com are folders here: the user's own git configuration says so. */
function hosts(): Hosts {
  const io = testIo()
  const repo = makeRepo(
    { 'skills/pdf/SKILL.md': skillMd('pdf', 'Old.'), 'skills/docx/SKILL.md': skillMd('docx') },
    join(io.root, 'repo'),
  )
  const first = repo.git('rev-parse', 'HEAD')
  repo.git('tag', 'v1')
  repo.commit({ 'skills/pdf/SKILL.md': skillMd('pdf', 'New.') })
  for (const host of ['github.com', 'gitlab.com']) {
    publishBare(repo, join(io.root, 'hosts', host), 'team/skills.git')
    const base = pathToFileURL(join(io.root, 'hosts', host)).href
    const rule = `[url "${base}/"]\n\tinsteadOf = https://${host}/\n`
    writeFileSync(join(io.home, '.gitconfig'), rule, { flag: 'a' })
  }
  return { io, repo, first }
}

function write(io: TestIo, name: string, content: string | object): void {
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2)
  writeFileSync(join(io.project, name), text)
}

const names = (result: ImportResult): string[] => result.skills.map(({ name }) => name)
const notesOf = (result: ImportResult): Record<string, string> =>
  Object.fromEntries(result.notes.map(({ name, note }) => [name, note]))
const reasonsOf = (result: ImportResult): Record<string, string> =>
  Object.fromEntries(result.dropped.map(({ name, reason }) => [name, reason]))

function lockOf(io: TestIo): Record<string, { spec: string; resolution: object; capabilities: object }> {
  return (JSON.parse(readFileSync(join(io.project, 'skills.lock'), 'utf8')) as { skills: never }).skills
}

function textOf(io: TestIo, name: string): string {
  return readFileSync(join(io.project, '.agents/skills', name, 'SKILL.md'), 'utf8')
}

describe('skills-lock.json of the skills CLI', () => {
  it('brings over github, gitlab, git and local sources, and says what was not recorded', async () => {
    const { io, repo, first } = hosts()
    writeTree(join(io.project, 'mine'), { 'SKILL.md': skillMd('mine') })
    const entry = { computedHash: 'f'.repeat(64) }
    write(io, 'skills-lock.json', {
      version: 1,
      skills: {
        pdf: {
          source: 'team/skills',
          sourceType: 'github',
          skillPath: 'skills/pdf/SKILL.md',
          ref: 'v1',
          ...entry,
        },
        docx: {
          source: 'team/skills',
          sourceType: 'gitlab',
          skillPath: 'skills/docx/SKILL.md',
          ...entry,
        },
        'pdf-new': {
          source: repo.dir,
          sourceUrl: `git+${repo.url}`,
          sourceType: 'git',
          skillPath: 'skills/pdf/SKILL.md',
          ...entry,
        },
        mine: { source: './mine', sourceType: 'local', ...entry },
      },
    })
    const result = await importLock({ agents: ['claude-code'] }, io)
    expect(names(result).sort()).toEqual(['docx', 'mine', 'pdf', 'pdf-new'])
    expect(result).toMatchObject({ file: join(io.project, 'skills-lock.json'), dropped: [], dryRun: false })
    expect(notesOf(result)).toMatchObject({
      pdf: expect.stringMatching(/newest of v1 is taken; its hash .* not carried over/) as string,
      docx: expect.stringMatching(/newest of the default branch/) as string,
      mine: expect.stringMatching(/hash .* not carried over/) as string,
    })
    expect(textOf(io, 'pdf')).toContain('Old.')
    expect(textOf(io, 'pdf-new')).toContain('New.')
    expect(lockOf(io).pdf?.resolution).toEqual({
      kind: 'git',
      url: 'https://github.com/team/skills.git',
      commit: first,
      ref: 'refs/tags/v1',
      subdir: 'skills/pdf',
    })
    expect(lockOf(io).docx?.resolution).toMatchObject({ url: 'https://gitlab.com/team/skills.git' })
    expect(lockOf(io).mine?.spec).toBe('./mine')
    expect((await verify({ names: [] }, io)).ok).toBe(true)
  })

  it('drops what is no source here or is gone, each with its reason, and takes the rest', async () => {
    const { io } = hosts()
    const source = { source: 'team/skills', sourceType: 'github' }
    write(io, 'skills-lock.json', {
      version: 1,
      skills: {
        pdf: { ...source, skillPath: 'skills/pdf/SKILL.md', computedHash: '0' },
        moved: { ...source, skillPath: 'skills/moved/SKILL.md', computedHash: '0' },
        branch: { ...source, skillPath: 'skills/pdf/SKILL.md', ref: 'nope', computedHash: '0' },
        nobody: { source: 'no/body', sourceType: 'github', skillPath: 'x/SKILL.md', computedHash: '0' },
        lost: { source: './lost', sourceType: 'local', computedHash: '0' },
        known: { sourceType: 'well-known', computedHash: '0' },
        npm: { source: '../left-pad', sourceType: 'node_modules', computedHash: '0' },
        '../up': { ...source, skillPath: 'skills/pdf/SKILL.md', computedHash: '0' },
      },
    })
    const result = await importLock({}, io)
    expect(names(result)).toEqual(['pdf'])
    expect(reasonsOf(result)).toEqual({
      moved: expect.stringContaining('skills/moved') as string,
      branch: expect.stringContaining('nope') as string,
      nobody: expect.stringContaining('no git repository') as string,
      lost: expect.stringContaining('no folder ./lost') as string,
      known: expect.stringContaining('names no source') as string,
      npm: expect.stringContaining('npm package') as string,
      '../up': expect.stringContaining('name') as string,
    })
    expect(Object.keys(notesOf(result)), 'notes are about what came over').toEqual(['pdf'])
    expect(Object.keys(lockOf(io))).toEqual(['pdf'])
    expect(Object.keys(readTreeText(join(io.project, '.agents/skills')))).toEqual(['pdf/SKILL.md'])
  })

  it('finds a skill by its name where its folder was not recorded', async () => {
    const { io } = hosts()
    const docx = { source: 'team/skills', sourceType: 'github', computedHash: '0' }
    write(io, 'skills-lock.json', { version: 1, skills: { docx } })
    const result = await importLock({}, io)
    expect(notesOf(result).docx).toContain('found by name')
    expect(lockOf(io).docx?.resolution).toMatchObject({ subdir: 'skills/docx' })
  })

  it('asks for capabilities like add, and trusts nothing that the file says', async () => {
    const { io } = hosts()
    writeTree(join(io.project, 'mine'), {
      'SKILL.md': skillMd('mine'),
      'skill.toml': skillToml('mine', ['api.example.org']),
    })
    const mine = {
      source: './mine',
      sourceType: 'local',
      computedHash: '0',
      capabilities: { terminal: { allow: ['**'] } },
    }
    write(io, 'skills-lock.json', { version: 1, skills: { mine } })
    await expect(importLock({}, io)).toThrowCode('consent_required')
    expect(existsSync(join(io.project, 'skills.lock'))).toBe(false)
    await importLock({ grant: 'requested' }, io)
    expect(lockOf(io).mine?.capabilities).toEqual({ network: { hosts: ['api.example.org'] } })
  })

  it("takes over the other tool's copies: equal ones as they are, others only with force", async () => {
    const { io } = hosts()
    const source = { source: 'team/skills', sourceType: 'github', computedHash: '0' }
    const pdf = { ...source, skillPath: 'skills/pdf/SKILL.md' }
    const docx = { ...source, skillPath: 'skills/docx/SKILL.md' }
    write(io, 'skills-lock.json', { version: 1, skills: { pdf, docx } })
    writeTree(join(io.project, '.agents/skills'), {
      'pdf/SKILL.md': skillMd('pdf', 'Edited.'),
      'docx/SKILL.md': skillMd('docx'),
    })
    const before = readTreeText(io.project)
    const refused = await importLock({}, io).catch((error: unknown) => error)
    expect(refused).toMatchObject({ code: 'local_edits', details: { name: 'pdf' } })
    expect(readTreeText(io.project)).toEqual(before)
    await importLock({ force: true }, io)
    expect(textOf(io, 'pdf')).toContain('New.')
    expect((await verify({ names: [] }, io)).ok).toBe(true)
  })

  it('leaves the file where it is, and changes nothing a second time', async () => {
    const { io } = hosts()
    const pdf = { source: 'team/skills', sourceType: 'github', skillPath: 'skills/pdf', computedHash: '0' }
    write(io, 'skills-lock.json', { version: 1, skills: { pdf } })
    await importLock({}, io)
    const before = readTreeText(io.project)
    const again = await importLock({}, io)
    expect(again.skills.map(({ status }) => status)).toEqual(['unchanged'])
    expect(readTreeText(io.project)).toEqual(before)
  })
})

describe('.skill-lock.json of the skills CLI', () => {
  it('is found in the home directory for the global scope', async () => {
    const { io } = hosts()
    const pdf = {
      source: 'team/skills',
      sourceType: 'github',
      sourceUrl: 'https://github.com/team/skills.git',
      skillPath: 'skills/pdf/SKILL.md',
      skillFolderHash: '0',
      installedAt: '2026-01-01T00:00:00Z',
    }
    writeTree(join(io.home, '.agents'), {
      '.skill-lock.json': JSON.stringify({ version: 3, skills: { pdf } }),
    })
    const result = await importLock({ global: true }, io)
    expect(result.skills.map(({ name, status }) => [name, status])).toEqual([['pdf', 'added']])
    expect((await verify({ names: [], global: true }, io)).ok).toBe(true)
    await expect(importLock({}, io)).toThrowCode('import_invalid')
  })
})

describe('the lock of the npm package skills-lock', () => {
  it('comes over at its commits', async () => {
    const { io, first } = hosts()
    const source = 'https://github.com/team/skills.git'
    write(io, 'skills-lock.json', {
      version: 1,
      skills: { pdf: { source, path: 'skills/pdf', ref: first, integrity: 'sha256-x' } },
    })
    const result = await importLock({}, io)
    expect(notesOf(result).pdf).toMatch(/stays at its commit.*not carried over/)
    expect(textOf(io, 'pdf')).toContain('Old.')
    expect(lockOf(io).pdf?.resolution).toMatchObject({ commit: first, subdir: 'skills/pdf' })
  })
})

describe('the lock of the npm package skills-lock 0.1', () => {
  it('comes over at its commits, with folders of this project beside', async () => {
    const { io, first } = hosts()
    writeTree(join(io.project, 'mine'), { 'SKILL.md': skillMd('mine') })
    const integrity = 'sha256-x'
    write(io, 'skills-lock.json', {
      lockfileVersion: 1,
      skills: {
        mine: { spec: 'file:mine', path: '.', integrity },
        pdf: {
          spec: 'team/skills#v1',
          resolved: 'https://github.com/team/skills.git',
          ref: 'v1',
          commit: first,
          path: 'skills/pdf',
          integrity,
        },
      },
    })
    const result = await importLock({}, io)
    expect(result.dropped).toEqual([])
    expect(names(result).sort()).toEqual(['mine', 'pdf'])
    expect(notesOf(result).pdf).toMatch(/stays at its commit.*not carried over/)
    expect(lockOf(io).pdf?.resolution).toMatchObject({ commit: first, subdir: 'skills/pdf' })
    expect(lockOf(io).mine?.spec).toBe('./mine')
  })

  it('is not mistaken for our own lock', async () => {
    const { io } = hosts()
    write(io, 'own.json', {
      lockfileVersion: 1,
      skills: { a: { spec: './a', resolution: { kind: 'path' } } },
    })
    await expect(importLock({ file: 'own.json' }, io)).toThrowCode('import_invalid')
  })
})

describe('.clawhub/lock.json', () => {
  it('is found and recognised, and every entry is named with what to do', async () => {
    const { io } = hosts()
    const text = JSON.stringify({ version: 1, skills: { weather: { version: '1.2.0', installedAt: 1 } } })
    writeTree(join(io.project, '.clawhub'), { 'lock.json': text })
    const result = await importLock({}, io)
    expect(result.skills).toEqual([])
    expect(reasonsOf(result).weather).toContain('ClawHub')
    expect(existsSync(join(io.project, 'skills.lock'))).toBe(false)
  })
})

describe('skills.lock.json', () => {
  it('names what is no entry at all', async () => {
    const { io } = hosts()
    write(io, 'skills.lock.json', { lockfileVersion: 1, skills: [7, null] })
    expect(reasonsOf(await importLock({}, io))).toEqual({
      'entry-1': 'its entry is not an object',
      'entry-2': 'its entry is not an object',
    })
  })

  it('comes over at its digests, wherever its tags are now', async () => {
    const { io } = hosts()
    const registry = await startRegistry()
    const old = registry.add({ name: '@o/pdf', version: '1.0.0' })
    registry.add({ name: '@o/pdf', version: '2.0.0' })
    const { host } = new URL(registry.url)
    const source = { registry: host, repository: 'o/pdf', tag: '2.0.0', digest: old.manifestDigest }
    write(io, 'skills.lock.json', { lockfileVersion: 1, skills: [{ name: 'pdf', path: 'pdf', source }] })
    const result = await importLock({}, io)
    expect(names(result)).toEqual(['pdf'])
    expect(notesOf(result).pdf).toContain('stays at its digest')
    expect(lockOf(io).pdf?.resolution).toMatchObject({ kind: 'oci', digest: old.manifestDigest })
  })
})

describe('toolhive.lock.yaml', () => {
  it('brings over git sources at their commits and artifacts at their digests, and drops plugins', async () => {
    const { io, first } = hosts()
    const registry = await startRegistry()
    const review = registry.add({ name: '@o/review', version: '1.0.0' })
    const text = `version: 1
skills:
  - name: pdf
    source: git://github.com/team/skills@main#skills/pdf
    resolvedReference: git://github.com/team/skills@main#skills/pdf
    digest: ${first}
    provenance:
      signerIdentity: someone
  - name: review
    source: review
    resolvedReference: ${new URL(registry.url).host}/o/review:1.0.0
    digest: ${review.manifestDigest}
plugins:
  - name: plug
`
    write(io, 'toolhive.lock.yaml', text)
    const result = await importLock({}, io)
    expect(names(result).sort()).toEqual(['pdf', 'review'])
    expect(notesOf(result).pdf).toMatch(/stays at its commit.*digest.*signer/)
    expect(reasonsOf(result)).toEqual({ plug: 'it is a plugin, not a skill' })
    expect(textOf(io, 'pdf')).toContain('Old.')
  })
})

describe('any of them', () => {
  it('writes nothing in a dry run', async () => {
    const { io } = hosts()
    const pdf = { source: 'team/skills', sourceType: 'github', skillPath: 'skills/pdf', computedHash: '0' }
    write(io, 'other-name.json', { version: 1, skills: { pdf } })
    const before = readTreeText(io.project)
    const result = await importLock({ file: 'other-name.json', dryRun: true }, io)
    expect(result).toMatchObject({ dryRun: true, skills: [{ name: 'pdf', status: 'added' }] })
    expect(readTreeText(io.project)).toEqual(before)
  })

  it('refuses a file that is missing or is no such lockfile, and writes nothing', async () => {
    const { io } = hosts()
    await expect(importLock({}, io)).toThrowCode('import_invalid')
    await expect(importLock({ file: 'nope.json' }, io)).toThrowCode('import_invalid')
    write(io, 'package-lock.json', { lockfileVersion: 3, packages: {} })
    const before = readTreeText(io.project)
    await expect(importLock({ file: 'package-lock.json' }, io)).toThrowCode('import_invalid')
    expect(readTreeText(io.project)).toEqual(before)
  })

  it('refuses a name that another source holds here, and writes nothing', async () => {
    const { io } = hosts()
    writeTree(join(io.project, 'mine'), { 'SKILL.md': skillMd('pdf') })
    write(io, 'own.json', {
      version: 1,
      skills: { pdf: { source: './mine', sourceType: 'local', computedHash: '0' } },
    })
    await importLock({ file: 'own.json' }, io)
    const pdf = { source: 'team/skills', sourceType: 'github', skillPath: 'skills/pdf', computedHash: '0' }
    write(io, 'skills-lock.json', { version: 1, skills: { pdf } })
    const before = readTreeText(io.project)
    await expect(importLock({}, io)).toThrowCode('skill_exists')
    expect(readTreeText(io.project)).toEqual(before)
  })
})
