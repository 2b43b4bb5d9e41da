import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diffLockfiles } from '../../src/lock/diff.ts'
import { emptyLockfile, formatLockfile, parseLockfile } from '../../src/lock/lockfile.ts'
import { lockEntry, lockOf, lockText } from '../support/lock.ts'
import { holds } from '../support/property.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

const SHA256 = `sha256:${'0'.repeat(64)}`
const OCI = { kind: 'oci', registry: 'ghcr.io', repository: 'acme/pdf', digest: SHA256 }
const REGISTRY = {
  kind: 'registry',
  registry: 'https://skills.example',
  name: '@acme/pdf',
  version: '1.2.0',
  digest: SHA256,
}
const NPM = {
  kind: 'npm',
  name: '@acme/skills',
  version: '1.0.0',
  integrity: `sha512-${'A'.repeat(86)}==`,
  url: 'https://npm.example/@acme/skills/-/skills-1.0.0.tgz',
}
const INDEXED = {
  kind: 'well-known',
  url: 'https://h.example/.well-known/agent-skills/index.json',
  skill: 'pdf',
  type: 'archive',
  artifact: 'https://h.example/pdf.zip',
  digest: SHA256,
}

describe('formatLockfile', () => {
  test('writes an empty lock on a few lines', () => {
    expect(formatLockfile(emptyLockfile())).toBe('{\n  "lockfileVersion": 1,\n  "skills": {}\n}\n')
  })

  test('gives the same bytes whatever the order of skills and fields', () => {
    const entry = lockEntry()
    const turned = Object.fromEntries(Object.entries(entry).toReversed()) as unknown as typeof entry
    const one = formatLockfile(lockOf({ b: entry, a: entry }))
    const other = formatLockfile(lockOf({ a: turned, b: turned }))
    expect(other).toBe(one)
    expect(one.indexOf('"a"')).toBeLessThan(one.indexOf('"b"'))
  })

  test('sorts names that look like numbers as text', () => {
    const text = formatLockfile(lockOf({ 9: lockEntry(), 10: lockEntry(), a: lockEntry() }))
    expect([...text.matchAll(/^ {4}"(\w+)":/gm)].map((match) => match[1])).toEqual(['10', '9', 'a'])
  })

  test('is the text that it was parsed from', () => {
    const text = formatLockfile(lockOf({ pdf: lockEntry(), docx: lockEntry({ version: '2.0.0' }) }))
    expect(formatLockfile(parse(text))).toBe(text)
  })

  test('keeps fields of the lock and of an entry that this version does not know', () => {
    const unknown = { zeta: [1, { b: 1, a: 2 }], alpha: null, ['__proto__']: { x: 1 } }
    const lock = {
      ...lockOf({ pdf: { ...lockEntry(), ...unknown, ['__proto__']: 'kept' } as never }),
      future: unknown,
    }
    const again = JSON.parse(formatLockfile(parse(formatLockfile(lock))))
    expect(again.future.zeta).toEqual([1, { a: 2, b: 1 }])
    expect(again.skills.pdf.zeta).toEqual([1, { a: 2, b: 1 }])
    expect(Object.keys(again.skills.pdf).at(-1)).toBe('zeta')
  })

  test('round trips any unknown field', () => {
    holds(
      fc.property(fc.string(), fc.jsonValue({ maxDepth: 3 }), (key, value) => {
        fc.pre(!(key in lockEntry()) && key !== '__proto__')
        const text = formatLockfile(lockOf({ pdf: { ...lockEntry(), [key]: value } }))
        const entry = parse(text).skills.pdf as unknown as Record<string, unknown>
        expect(JSON.parse(JSON.stringify(entry[key]))).toEqual(JSON.parse(JSON.stringify(value)))
        expect(formatLockfile(parse(text))).toBe(text)
      }),
    )
  })
})

describe('parseLockfile', () => {
  test('accepts every kind of resolution', () => {
    for (const resolution of [
      { kind: 'path', path: './skills/a' },
      { kind: 'path', path: '/srv/skills', subdir: 'a' },
      { kind: 'git', url: 'ssh://git@host.example:22/a/b.git', commit: 'a'.repeat(64), ref: 'HEAD' },
      { kind: 'git', url: 'file:///srv/repo.git', commit: 'a'.repeat(40), ref: 'refs/tags/v1.0.0' },
      { kind: 'git', url: 'http://127.0.0.1:8080/r.git', commit: 'a'.repeat(40) },
      { kind: 'archive', url: 'https://host.example/a.tgz?x=1', digest: `sha256:${'0'.repeat(64)}` },
      { kind: 'archive', url: './a.zip', digest: `sha256:${'0'.repeat(64)}`, subdir: 'a/b' },
      OCI,
      { ...OCI, registry: '[::1]:5000', tag: 'v1.0_b', subdir: 'a' },
      REGISTRY,
      { ...REGISTRY, registry: 'http://127.0.0.1:8080', version: '1.0.0-rc.1+b.2' },
      NPM,
      { ...NPM, name: 'plain', subdir: 'skills/pdf' },
      INDEXED,
      { ...INDEXED, type: 'files', artifact: 'https://h.example/.well-known/skills/pdf/' },
    ]) {
      expect(parse(lockText({ resolution })).skills.pdf?.resolution).toEqual(resolution)
    }
  })

  test.each([
    ['no object', 'git'],
    ['an unknown kind', { kind: 'hg', ref: 'x' }],
    ['an OCI artifact by tag alone', { ...OCI, digest: undefined }],
    ['a user in an OCI registry', { ...OCI, registry: 'u:p@ghcr.io' }],
    ['an OCI repository that climbs', { ...OCI, repository: 'a/../b' }],
    ['an OCI tag that is a path', { ...OCI, tag: 'a/b' }],
    ['a registry without encryption', { ...REGISTRY, registry: 'http://skills.example' }],
    ['a registry with a token', { ...REGISTRY, registry: 'https://t@skills.example' }],
    ['a registry name without scope', { ...REGISTRY, name: 'pdf' }],
    ['a registry name that climbs', { ...REGISTRY, name: '@a/../b' }],
    ['a range instead of a version', { ...REGISTRY, version: '^1.0.0' }],
    ['an npm name that climbs', { ...NPM, name: '../x' }],
    ['an npm package with a weak digest', { ...NPM, integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }],
    ['an npm tarball in a file', { ...NPM, url: 'file:///etc/x.tgz' }],
    ['a skill of an index that climbs', { ...INDEXED, skill: '../x' }],
    ['an unknown type of an index', { ...INDEXED, type: 'script' }],
    ['an artifact without encryption', { ...INDEXED, artifact: 'http://h.example/pdf.zip' }],
    ['a kind from the prototype', { kind: 'toString' }],
    ['a short commit', { kind: 'git', url: 'https://h.example/r', commit: 'abc1234' }],
    ['an upper-case commit', { kind: 'git', url: 'https://h.example/r', commit: 'A'.repeat(40) }],
    ['a branch instead of a commit', { kind: 'git', url: 'https://h.example/r', commit: 'main' }],
    ['no commit', { kind: 'git', url: 'https://h.example/r' }],
    ['an unknown field', { kind: 'path', path: './a', command: 'x' }],
    ['a password', { kind: 'git', url: 'https://u:p@h.example/r', commit: 'a'.repeat(40) }],
    ['a token as user', { kind: 'git', url: 'https://token@h.example/r', commit: 'a'.repeat(40) }],
    ['a password for ssh', { kind: 'git', url: 'ssh://u:p@h.example/r', commit: 'a'.repeat(40) }],
    ['an option as host', { kind: 'git', url: 'ssh://-oProxyCommand=x/r', commit: 'a'.repeat(40) }],
    ['an option as user', { kind: 'git', url: 'ssh://-l@h.example/r', commit: 'a'.repeat(40) }],
    ['plain http', { kind: 'git', url: 'http://h.example/r', commit: 'a'.repeat(40) }],
    [
      'http to a look-alike of loopback',
      { kind: 'git', url: 'http://127.0.0.1.h.example/', commit: 'a'.repeat(40) },
    ],
    ['the git protocol', { kind: 'git', url: 'git://h.example/r', commit: 'a'.repeat(40) }],
    ['a remote helper', { kind: 'git', url: 'ext::sh -c x', commit: 'a'.repeat(40) }],
    ['a file on another host', { kind: 'git', url: 'file://host/share/r', commit: 'a'.repeat(40) }],
    ['a tab in the URL', { kind: 'git', url: 'https://h.exa\tmple/r', commit: 'a'.repeat(40) }],
    ['a bidi override in the URL', { kind: 'git', url: 'https://h.example/\u202e', commit: 'a'.repeat(40) }],
    [
      'a ref that is an option',
      { kind: 'git', url: 'https://h.example/r', commit: 'a'.repeat(40), ref: '--upload-pack=x' },
    ],
    [
      'a ref that climbs',
      { kind: 'git', url: 'https://h.example/r', commit: 'a'.repeat(40), ref: 'refs/heads/../x' },
    ],
    ['a subdir that climbs', { kind: 'path', path: './a', subdir: '../b' }],
    ['an absolute subdir', { kind: 'path', path: './a', subdir: '/b' }],
    ['an empty subdir', { kind: 'path', path: './a', subdir: '' }],
    ['a bare path', { kind: 'path', path: 'skills/a' }],
    ['NUL in a path', { kind: 'path', path: './a\0b' }],
    ['no digest', { kind: 'archive', url: 'https://h.example/a.tgz' }],
    [
      'an sha512 digest',
      { kind: 'archive', url: 'https://h.example/a.tgz', digest: `sha512:${'0'.repeat(128)}` },
    ],
    [
      'an archive over ssh',
      { kind: 'archive', url: 'ssh://h.example/a', digest: `sha256:${'0'.repeat(64)}` },
    ],
  ])('refuses a resolution with %s', async (_, resolution) => {
    await expect(() => parse(lockText({ resolution }))).toThrowCode('lock_invalid')
  })

  test.each([
    ['spec', undefined],
    ['spec', ''],
    ['signer', undefined],
    ['signer', false],
    ['version', 1],
    ['capabilities', undefined],
    ['capabilities', null],
    ['capabilities', []],
    ['capabilities', { root: true }],
    ['capabilities', { terminal: { allow: 'git **' } }],
    ['capabilities', { terminal: { deny: [] } }],
    ['capabilities', { terminal: { allow: ['a; b'] } }],
    ['capabilities', { network: { hosts: [1] } }],
    ['capabilities', { toString: {} }],
    ['requested', { root: true }],
    ['dependencies', undefined],
    ['dependencies', ['a']],
    ['dependencies', { '../x': '1' }],
    ['dependencies', { a: 1 }],
    ['resolution', undefined],
  ])('refuses %s: %j and names the field', (field, value) => {
    expect(() => parse(lockText({ [field]: value }))).toThrow(
      expect.objectContaining({
        code: 'lock_invalid',
        message: expect.stringContaining(`skills.pdf.${field}`),
        details: expect.objectContaining({ file: 'skills.lock' }),
      }),
    )
  })

  test.each([
    '',
    ' ',
    '[]',
    'null',
    '"x"',
    '1',
    '{',
    '{"lockfileVersion":1,}',
    '{"lockfileVersion":1}',
    'not json',
  ])('refuses %j', async (text) => {
    await expect(() => parse(text)).toThrowCode('lock_invalid')
  })

  test('never throws anything but its own errors', () => {
    const valid = formatLockfile(lockOf({ pdf: lockEntry() }))
    const mutant = fc
      .tuple(
        fc.nat(valid.length),
        fc.nat(20),
        fc.oneof(fc.string(), fc.constantFrom('"', '{', '}', '[', ':', ',', '\\')),
      )
      .map(([at, cut, put]) => valid.slice(0, at) + put + valid.slice(at + cut))
    holds(
      fc.property(fc.oneof(mutant, fc.json(), fc.string()), (text) => {
        try {
          parse(text)
        } catch (error) {
          expect(error).toMatchObject({ name: 'SkillsError', code: expect.stringMatching(/^lock_/) })
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('diffLockfiles', () => {
  test('names what was added, removed and changed, field by field', () => {
    const before = lockOf({ a: lockEntry(), b: lockEntry(), c: lockEntry() })
    const changed = lockEntry({ version: '2.0.0', capabilities: {} })
    const after = lockOf({ d: lockEntry(), b: changed, c: { ...lockEntry() } })
    expect(diffLockfiles(before, after)).toEqual({
      added: ['d'],
      removed: ['a'],
      changed: [{ name: 'b', fields: ['capabilities', 'version'] }],
    })
  })
})
