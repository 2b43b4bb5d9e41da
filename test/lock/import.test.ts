import { expect, test } from 'vitest'
import { readForeignLock } from '../../src/lock/import.ts'
import { parseSpec } from '../../src/sources/spec.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

async function specsOf(text: string, file = 'x'): Promise<Record<string, unknown>> {
  const { entries } = await readForeignLock(text, file)
  return Object.fromEntries(entries.map(({ name, spec }) => [name, parseSpec(spec)]))
}

const vercel = (skills: object, version = 1) => JSON.stringify({ version, skills })

test('reads the project lock of the skills CLI, whatever kind of git host', async () => {
  const text = vercel({
    pdf: {
      source: 'anthropics/skills',
      sourceType: 'github',
      skillPath: 'skills/pdf/SKILL.md',
      computedHash: '00',
    },
    ref: { source: 'o/r', sourceType: 'github', ref: 'v1.0', skillPath: 'a/ref', computedHash: '00' },
    root: { source: 'o/r', sourceType: 'github', skillPath: 'SKILL.md', computedHash: '00' },
    found: { source: 'o/r', sourceType: 'github', ref: 'main', computedHash: '00' },
    lab: { source: 'group/sub/repo', sourceType: 'gitlab', skillPath: 'lab/SKILL.md', computedHash: '00' },
    ssh: {
      source: 'o/r',
      sourceType: 'git',
      sourceUrl: 'git@host.example:o/r.git',
      skillPath: 'skills/ssh/SKILL.md',
      computedHash: '00',
    },
    local: { source: './mine', sourceType: 'local', computedHash: '00' },
    zip: { source: 'x', sourceType: 'download', sourceUrl: 'https://host.example/x.zip', computedHash: '00' },
  })
  const github = 'https://github.com/o/r.git'
  expect(await specsOf(text)).toEqual({
    pdf: { kind: 'git', url: 'https://github.com/anthropics/skills.git', subdir: 'skills/pdf' },
    ref: { kind: 'git', url: github, ref: 'v1.0', subdir: 'a/ref' },
    root: { kind: 'git', url: github },
    found: { kind: 'git', url: github, ref: 'main', skill: 'found' },
    lab: { kind: 'git', url: 'https://gitlab.com/group/sub/repo.git', subdir: 'lab' },
    ssh: { kind: 'git', url: 'ssh://git@host.example/o/r.git', subdir: 'skills/ssh' },
    local: { kind: 'path', path: './mine' },
    zip: { kind: 'archive', url: 'https://host.example/x.zip' },
  })
  const { entries, dropped } = await readForeignLock(text, 'skills-lock.json')
  expect(entries[0]?.note).toMatch(/commit was not recorded.*default branch.*hash/)
  expect(entries[1]?.note).toMatch(/newest of v1\.0/)
  expect(dropped).toEqual([])
})

test('reads the user lock of the skills CLI', async () => {
  const entry = {
    source: 'o/r',
    sourceType: 'github',
    sourceUrl: 'https://github.com/o/r.git',
    skillPath: 'skills/a/SKILL.md',
    skillFolderHash: '00',
    installedAt: '2026-01-01',
  }
  const text = JSON.stringify({
    version: 3,
    skills: { a: entry },
    dismissed: {},
    lastSelectedAgents: ['codex'],
  })
  expect(await specsOf(text, '.skill-lock.json')).toEqual({
    a: { kind: 'git', url: 'https://github.com/o/r.git', subdir: 'skills/a' },
  })
})

test('drops what has no source here, and says why', async () => {
  const text = vercel({
    index: { sourceType: 'well-known', computedHash: '00' },
    npm: { source: '@o/', sourceType: 'node_modules', computedHash: '00' },
    none: { sourceType: 'github', computedHash: '00' },
    odd: 'o/r',
    token: {
      source: 'x',
      sourceUrl: 'https://user:secret@host.example/o/r.git',
      sourceType: 'git',
      computedHash: '00',
    },
    plain: { source: 'x', sourceUrl: 'http://host.example/o/r.git', sourceType: 'git', computedHash: '00' },
    climbs: { source: 'o/r', sourceType: 'github', skillPath: '../../etc/SKILL.md', computedHash: '00' },
    option: { source: 'o/r', sourceType: 'github', ref: '--upload-pack=x', computedHash: '00' },
    '../x': { source: 'o/r', sourceType: 'github', computedHash: '00' },
    ok: { source: 'o/r', sourceType: 'github', skillPath: 'ok/SKILL.md', computedHash: '00' },
    OK: { source: 'o/r', sourceType: 'github', skillPath: 'ok/SKILL.md', computedHash: '00' },
  })
  const { entries, dropped } = await readForeignLock(text, 'skills-lock.json')
  expect(entries.map((entry) => entry.name)).toEqual(['ok'])
  expect(dropped.map((entry) => entry.name)).toEqual([
    'index',
    'npm',
    'none',
    'odd',
    'token',
    'plain',
    'climbs',
    'option',
    '../x',
    'OK',
  ])
  expect(dropped.every(({ reason }) => reason.length > 10)).toBe(true)
  expect(JSON.stringify(dropped)).not.toContain('secret')
})

test('reads the lock of the npm package skills-lock at its commits', async () => {
  const source = 'https://github.com/o/r.git'
  const text = vercel({
    a: { source, path: 'skills/a', ref: COMMIT },
    b: { source, path: '.', ref: COMMIT, integrity: 'x' },
  })
  expect(await specsOf(text, 'skills.lock')).toEqual({
    a: { kind: 'git', url: source, ref: COMMIT, subdir: 'skills/a' },
    b: { kind: 'git', url: source, ref: COMMIT },
  })
})

const DIGEST = `sha256:${'0'.repeat(64)}`

test('reads the artifacts of skills.lock.json, at their digests where they are recorded', async () => {
  const source = {
    registry: 'r.example',
    repository: 'o/a',
    tag: '1',
    digest: DIGEST,
    ref: 'r.example/o/a:1',
  }
  const text = JSON.stringify({
    lockfileVersion: 1,
    generatedAt: 'x',
    skills: [
      { name: 'a', path: 'a', source },
      { name: 'b', path: 'b', source: { ...source, digest: 'sha256:00' } },
      { name: 'c', path: 'c', source: { ref: `r.example/o/c@${DIGEST}` } },
      { name: 'd', path: 'd', source: { registry: 'r.example', repository: '../x' } },
      { name: 'e', path: 'e' },
    ],
  })
  expect(await specsOf(text, 'skills.lock.json')).toEqual({
    a: { kind: 'oci', registry: 'r.example', repository: 'o/a', digest: DIGEST },
    b: { kind: 'oci', registry: 'r.example', repository: 'o/a', tag: '1' },
    c: { kind: 'oci', registry: 'r.example', repository: 'o/c', digest: DIGEST },
  })
  const { dropped } = await readForeignLock(text, 'skills.lock.json')
  expect(dropped.map(({ name }) => name)).toEqual(['d', 'e'])
})

test('reads what came from an index or with an npm package', async () => {
  const text = vercel({
    a: {
      source: 'h.example',
      sourceUrl: 'https://h.example/@acme',
      sourceType: 'well-known',
      computedHash: '0',
    },
    b: { source: '@o/p', sourceType: 'node_modules', version: '1.2.0', computedHash: '0' },
    c: {
      source: 'p',
      sourceType: 'node_modules',
      skillPath: 'node_modules/p/skills/c/SKILL.md',
      computedHash: '0',
    },
    d: { source: '../p', sourceType: 'node_modules', computedHash: '0' },
  })
  expect(await specsOf(text, 'skills-lock.json')).toEqual({
    a: { kind: 'well-known', url: 'https://h.example/@acme', skill: 'a' },
    b: { kind: 'npm', name: '@o/p', range: '1.2.0' },
    c: { kind: 'npm', name: 'p', subdir: 'skills/c' },
  })
  expect((await readForeignLock(text, 'skills-lock.json')).dropped.map(({ name }) => name)).toEqual(['d'])
})

test('reads toolhive.lock.yaml: git at its commits, artifacts at their digests, the rest dropped with a reason', async () => {
  const text = `version: 1
skills:
  - name: code-review
    version: 1.0.0
    source: code-review
    resolvedReference: ghcr.io/org/code-review:1.0.0
    digest: sha256:9f2b1e
    contentDigest: sha256:a1b2c3d4
  - name: named
    source: io.github.org/named
    resolvedReference: named
  - name: testing
    source: git://github.com/org/skills@main#skills/testing
    resolvedReference: git://github.com/org/skills@main#skills/testing
    digest: ${COMMIT}
    provenance:
      signerIdentity: someone
  - name: moving
    source: git://host.example/org/skills.git@v1#moving
    digest: none
plugins:
  - name: plug
`
  expect(await specsOf(text, 'toolhive.lock.yaml')).toEqual({
    'code-review': { kind: 'oci', registry: 'ghcr.io', repository: 'org/code-review', tag: '1.0.0' },
    testing: { kind: 'git', url: 'https://github.com/org/skills.git', ref: COMMIT, subdir: 'skills/testing' },
    moving: { kind: 'git', url: 'https://host.example/org/skills.git', ref: 'v1', subdir: 'moving' },
  })
  const { entries, dropped } = await readForeignLock(text, 'toolhive.lock.yaml')
  expect(entries[1]?.note).toMatch(/signer/)
  expect(dropped.map(({ name }) => name)).toEqual(['named', 'plug'])
})

test.each([
  '',
  '{',
  '[]',
  '{"version":1}',
  '{"version":9,"skills":{}}',
  '{"version":1,"skills":{"a":{},"a":{}}}',
  '{"lockfileVersion":1,"skills":{"@o/x@1.0.0":{"resolved":"https://h.example/x.tgz"}}}',
  '{"lockfileVersion":3,"packages":{}}',
  '<<<<<<< HEAD\n{"version":1}',
  'version: 2\nskills: []\n',
  'schema_version: "0.1"\nskill: {}\n',
  'version: 1\nversion: 1\n',
  'a: &a [*a',
  'just text',
  '\0',
])('refuses %j', async (text) => {
  await expect(readForeignLock(text, 'x')).toThrowCode('import_invalid')
})

test('YAML whose aliases multiply costs nothing and means nothing', async () => {
  const levels = Array.from({ length: 40 }, (_, i) => `l${i + 1}: &l${i + 1} [${`*l${i},`.repeat(9)}*l${i}]`)
  const { entries } = await readForeignLock(`version: 1\nl0: &l0 x\n${levels.join('\n')}\nskills: []\n`, 'x')
  expect(entries).toEqual([])
})

test('takes the address of a SKILL.md for the file, or for its folder on a code host', async () => {
  const entry = { sourceType: 'direct-url', computedHash: '0' }
  const text = vercel({
    alone: { ...entry, source: 'docs.example.org', sourceUrl: 'https://docs.example.org/x/SKILL.md' },
    hosted: { ...entry, source: 'o/r', sourceUrl: 'https://raw.githubusercontent.com/o/r/main/pdf/SKILL.md' },
  })
  expect(await specsOf(text)).toMatchObject({
    alone: { kind: 'archive', url: 'https://docs.example.org/x/SKILL.md' },
    hosted: { kind: 'git', url: 'https://github.com/o/r.git', ref: 'main', subdir: 'pdf' },
  })
})
