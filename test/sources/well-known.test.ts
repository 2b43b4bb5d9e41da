import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { readSettings } from '../../src/platform/env.ts'
import { readSkill } from '../../src/sources/read-skill.ts'
import type { SourceIo, WellKnownSpec } from '../../src/sources/source.ts'
import { wellKnownSource } from '../../src/sources/well-known.ts'
import { indexUrls, parseIndex } from '../../src/sources/well-known-index.ts'
import { answer, startServer, type TestServer } from '../support/http-server.ts'
import { file, tgz } from '../support/tar-builder.ts'

const SKILL = '---\nname: pdf\ndescription: Reads PDF files.\n---\n\n# Pdf\n'
const SCHEMA = 'https://schemas.agentskills.io/discovery/0.2.0/schema.json'
const INDEX = '/.well-known/agent-skills/index.json'

let server: TestServer
let root: string
let notices: { code: string; message: string }[]

beforeEach(async () => {
  server = await startServer()
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  notices = []
})
afterEach(async () => {
  await server.close()
  rmSync(root, { recursive: true, force: true })
})

function io(offline = false): SourceIo {
  return {
    settings: readSettings({ HOME: root }, root),
    signal: new AbortController().signal,
    offline,
    root,
    report: () => {},
    notice: (notice) => void notices.push(notice),
  }
}

const spec = (skill?: string): WellKnownSpec => ({
  kind: 'well-known',
  url: server.url(''),
  ...(skill !== undefined && { skill }),
})

function index(skills: readonly unknown[], rest: object = { $schema: SCHEMA }): string {
  return JSON.stringify({ ...rest, skills })
}

function fileEntry(bytes: Buffer | string, rest: object = {}): object {
  return {
    name: 'pdf',
    type: 'skill-md',
    description: 'Reads PDF files.',
    url: 'pdf/SKILL.md',
    digest: sha256Digest(bytes),
    ...rest,
  }
}

async function filesOf(wanted: WellKnownSpec, options = io()): Promise<Record<string, string>> {
  const resolution = await wellKnownSource.resolve(wanted, options)
  const { files } = await readSkill(await wellKnownSource.open(resolution, options), resolution)
  return Object.fromEntries(files.map(({ path, bytes }) => [path, Buffer.from(bytes).toString()]))
}

describe('indexUrls', () => {
  test('asks below the path first, then at the root, then at the legacy place', () => {
    expect(indexUrls('https://h.example/docs')).toEqual([
      'https://h.example/docs/.well-known/agent-skills/index.json',
      'https://h.example/.well-known/agent-skills/index.json',
      'https://h.example/docs/.well-known/skills/index.json',
      'https://h.example/.well-known/skills/index.json',
    ])
  })
})

describe('parseIndex', () => {
  const url = 'https://h.example/.well-known/agent-skills/index.json'
  const parse = (text: string) => parseIndex(Buffer.from(text), url)

  test.each([
    ['no JSON', '<html>'],
    ['no list', '{}'],
    ['an unknown form', index([], { $schema: 'https://schemas.agentskills.io/discovery/1.0.0/schema.json' })],
  ])('refuses %s', async (_, text) => {
    await expect(() => parse(text)).toThrowCode('index_invalid')
  })

  test('leaves out entries that cannot be used, with the reason', () => {
    const { entries, skipped } = parse(
      index([
        fileEntry(SKILL),
        fileEntry(SKILL, { name: 'pdf' }),
        fileEntry(SKILL, { name: '../x' }),
        fileEntry(SKILL, { name: 'a', type: 'script' }),
        fileEntry(SKILL, { name: 'b', digest: 'md5:1' }),
        fileEntry(SKILL, { name: 'c', url: 'ftp://h.example/x' }),
        fileEntry(SKILL, { name: 'd', url: 'https://u:p@h.example/x' }),
        fileEntry(SKILL, { name: 'e', url: 'http://h.example/x' }),
        { name: 'f', description: 'x', files: ['SKILL.md', '../../x'] },
        { name: 'g', description: 'x', files: ['README.md'] },
        null,
      ]),
    )
    expect(entries.map(({ name }) => name)).toEqual(['pdf'])
    expect(skipped).toHaveLength(10)
  })

  test('resolves addresses against the index', () => {
    const at = (address: string) => parse(index([fileEntry(SKILL, { url: address })])).entries[0]?.artifact
    expect(at('pdf/SKILL.md')).toBe('https://h.example/.well-known/agent-skills/pdf/SKILL.md')
    expect(at('/x')).toBe('https://h.example/x')
    expect(at('https://cdn.example/x')).toBe('https://cdn.example/x')
  })
})

describe('wellKnownSource', () => {
  test('lists the skills of a site, each with a spec of its own', async () => {
    server.route(INDEX, index([fileEntry(SKILL), fileEntry(SKILL, { name: 'docx' })]))
    expect(await wellKnownSource.list?.(spec(), io())).toEqual([
      { name: 'pdf', description: 'Reads PDF files.', spec: spec('pdf') },
      { name: 'docx', description: 'Reads PDF files.', spec: spec('docx') },
    ])
    expect(await wellKnownSource.list?.(spec('pdf'), io())).toBeUndefined()
  })

  test('gets a single SKILL.md and keeps it for work without a network', async () => {
    server.route(INDEX, index([fileEntry(SKILL)]))
    server.route('/.well-known/agent-skills/pdf/SKILL.md', SKILL)
    const resolution = await wellKnownSource.resolve(spec('pdf'), io())
    expect(resolution).toEqual({
      kind: 'well-known',
      url: server.url(INDEX),
      skill: 'pdf',
      type: 'skill-md',
      artifact: server.url('/.well-known/agent-skills/pdf/SKILL.md'),
      digest: sha256Digest(SKILL),
    })
    await wellKnownSource.open(resolution, io())
    const asked = server.log.length
    const tree = await wellKnownSource.open(resolution, io(true))
    expect(tree.entries.map(({ path }) => path)).toEqual(['SKILL.md'])
    expect(server.log).toHaveLength(asked)
  })

  test('gets an archive whose kind only the content type says', async () => {
    const bytes = tgz(file('SKILL.md', SKILL), file('scripts/x.sh', '#!/bin/sh\n'))
    server.route(INDEX, index([fileEntry(bytes, { type: 'archive', url: '/get?id=1' })]))
    server.route('/get', answer(200, { 'content-type': 'application/gzip' }, bytes))
    expect(await filesOf(spec('pdf'))).toEqual({ 'SKILL.md': SKILL, 'scripts/x.sh': '#!/bin/sh\n' })
  })

  test('gets the files of a legacy index, and the same digest for the same files', async () => {
    const legacy = index([{ name: 'pdf', description: 'x', files: ['scripts/a b.py', 'SKILL.md'] }], {})
    server.route('/.well-known/skills/index.json', legacy)
    server.route('/.well-known/skills/pdf/SKILL.md', SKILL)
    server.route('/.well-known/skills/pdf/scripts/a%20b.py', 'print()\n')
    expect(await filesOf(spec('pdf'))).toEqual({ 'SKILL.md': SKILL, 'scripts/a b.py': 'print()\n' })
    const resolution = await wellKnownSource.resolve(spec('pdf'), io())
    expect(resolution).toMatchObject({ type: 'files', artifact: server.url('/.well-known/skills/pdf/') })
    const tree = await wellKnownSource.open(resolution, io(true))
    expect(tree.entries.map(({ path }) => path).sort()).toEqual(['SKILL.md', 'scripts/a b.py'])
    rmSync(join(root, '.cache'), { recursive: true })
    server.route('/.well-known/skills/pdf/SKILL.md', `${SKILL}changed\n`)
    await expect(wellKnownSource.open(resolution, io())).toThrowCode('integrity_mismatch')
  })

  test('refuses other bytes than the index announces, and keeps none of them', async () => {
    server.route(INDEX, index([fileEntry(SKILL)]))
    server.route('/.well-known/agent-skills/pdf/SKILL.md', `${SKILL}more`)
    const resolution = await wellKnownSource.resolve(spec('pdf'), io())
    await expect(wellKnownSource.open(resolution, io())).toThrowCode('integrity_mismatch')
    await expect(wellKnownSource.open(resolution, io(true))).toThrowCode('offline')
  })

  test('says which skills there are when none or a wrong one is named', async () => {
    server.route(INDEX, index([fileEntry(SKILL)]))
    await expect(wellKnownSource.resolve(spec(), io())).toThrowCode('skill_ambiguous')
    await expect(wellKnownSource.resolve(spec('docx'), io())).toThrowCode('skill_not_found')
  })

  test('says so when a site has no index', async () => {
    await expect(wellKnownSource.resolve(spec('pdf'), io())).toThrowCode('source_not_found')
    await expect(wellKnownSource.resolve(spec('pdf'), io(true))).toThrowCode('offline')
  })

  test('sees a change of the index as something newer', async () => {
    server.route(INDEX, index([fileEntry(SKILL)]))
    const before = await wellKnownSource.resolve(spec('pdf'), io())
    server.route(INDEX, index([fileEntry(`${SKILL}2`)]))
    expect(await wellKnownSource.newest(spec('pdf'), before, io())).toMatchObject({
      digest: sha256Digest(`${SKILL}2`),
    })
  })
})
