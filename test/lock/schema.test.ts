import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkCapabilities } from '../../src/capabilities/capabilities.ts'
import { capabilitiesProblem } from '../../src/lock/granted.ts'
import { parseLockfile } from '../../src/lock/lockfile.ts'
import { parseProject } from '../../src/lock/project.ts'
import { lockfileSchema, projectSchema } from '../../src/lock/schema.ts'
import { lockEntry } from '../support/lock.ts'
import { holds } from '../support/property.ts'

const accepts = (parse: () => unknown): boolean => {
  try {
    parse()
    return true
  } catch (error) {
    expect(error).toMatchObject({ name: 'SkillsError' })
    return false
  }
}

/** Values that are right in some place and wrong in others, beside values that are wrong everywhere. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    'a',
    '',
    ' ',
    './a',
    '../b',
    'refs/heads/x',
    'HEAD',
    'git',
    'path',
    'archive',
    'unsigned',
  ),
  fc.constantFrom<unknown>(
    'a'.repeat(40),
    `sha256:${'0'.repeat(64)}`,
    `h1:${'A'.repeat(43)}=`,
    'https://h.example/r',
  ),
  fc.constantFrom<unknown>(
    {},
    [],
    { allow: ['git **'] },
    { hosts: ['a.example'] },
    { deny: ['rm **'] },
    ['git **'],
    null,
  ),
  fc.constantFrom<unknown>(
    { terminal: { allow: ['git **'] } },
    { network: {} },
    { secrets: [{ name: 'A', reason: 'b' }] },
  ),
  fc.constantFrom<unknown>(
    { kind: 'path', path: './a' },
    { kind: 'git' },
    { a: '1' },
    { '../x': '1' },
    { '@a/b': '1' },
    { '@a/../b': '1' },
    1,
    0,
    true,
  ),
  fc.jsonValue({ maxDepth: 2 }),
)
const key = fc.oneof(
  fc.constantFrom(
    'spec',
    'resolution',
    'version',
    'integrity',
    'signer',
    'capabilities',
    'requested',
    'dependencies',
    'x',
  ),
  fc
    .constantFrom('kind', 'url', 'commit', 'ref', 'subdir', 'path', 'x')
    .map((field) => `resolution.${field}`),
  fc.constantFrom('terminal', 'network', 'env', 'resources', 'x').map((field) => `capabilities.${field}`),
)
const change = fc.record({ key, value, remove: fc.boolean() })

function changed(changes: readonly { key: string; value: unknown; remove: boolean }[]): object {
  const entry = JSON.parse(JSON.stringify(lockEntry())) as object
  for (const { key, value, remove } of changes) {
    const [outer = '', inner] = key.split('.')
    const target: unknown = inner === undefined ? entry : Reflect.get(entry, outer)
    if (typeof target !== 'object' || target === null) continue
    if (remove) Reflect.deleteProperty(target, inner ?? outer)
    else Reflect.set(target, inner ?? outer, structuredClone(value))
  }
  return entry
}

test('the reader of skills.lock and the published schema accept the same', () => {
  const names = fc.constantFrom('pdf', 'a.b', 'A_1', '../x', 'con', 'constructor', '', 'a.')
  let accepted = 0
  holds(
    fc.property(fc.array(change, { maxLength: 2 }), fc.oneof(fc.constant('pdf'), names), (changes, name) => {
      const lock = { lockfileVersion: 1, skills: { [name]: changed(changes) } }
      const text = JSON.stringify(lock)
      const verdict = accepts(() => parseLockfile(text, 'x'))
      if (verdict) accepted++
      expect({ text, verdict }).toEqual({ text, verdict: lockfileSchema.safeParse(JSON.parse(text)).success })
    }),
    { numRuns: 5000 },
  )
  expect(accepted).toBeGreaterThan(500)
})

test('the reader of skills.json and the published schema accept the same', () => {
  const field = fc.constantFrom(
    'skills',
    'agents',
    'link',
    'registry',
    'registries',
    'trust',
    'minimumReleaseAge',
    'minimumReleaseAgeExclude',
    'sources',
    'x',
  )
  const member = fc.oneof(
    value,
    fc.constantFrom<unknown>('copy', ['codex'], { pdf: './a' }, { pdf: ' ' }, { PDF: 1 }),
    fc.constantFrom<unknown>(
      '3d',
      '0m',
      '3 d',
      '-1d',
      60,
      1.5,
      -1,
      'http://h.example',
      'https://u:p@h.example',
    ),
    fc.constantFrom<unknown>({ '@a': 'https://h.example' }, { a: 'https://h.example' }, { '@a': 'x' }),
    fc.constantFrom<unknown>({ allow: ['@a/*'] }, { allow: 'x' }, { deny: [''] }, { allowed: ['x'] }),
  )
  holds(
    fc.property(fc.dictionary(field, member), (project) => {
      const text = JSON.stringify(project)
      const verdict = accepts(() => parseProject(text, 'x'))
      expect({ text, verdict }).toEqual({ text, verdict: projectSchema.safeParse(JSON.parse(text)).success })
    }),
    { numRuns: 3000 },
  )
})

test('the quick look at capabilities accepts what the full check accepts, and nothing else', () => {
  const list = fc.oneof(
    value,
    fc.array(fc.constantFrom<unknown>('git **', 'a; b', '${skill}/**', 'a.example', 'HOME', 1)),
  )
  const group = fc.oneof(
    value,
    fc.dictionary(
      fc.constantFrom('allow', 'deny', 'read', 'write', 'hosts', 'required', 'optional', 'x'),
      list,
    ),
  )
  const names = [
    'terminal',
    'filesystem',
    'network',
    'env',
    'secrets',
    'tools',
    'resources',
    'toString',
    '__proto__',
  ]
  holds(
    fc.property(fc.dictionary(fc.constantFrom(...names), group), (made) => {
      const capabilities: unknown = JSON.parse(JSON.stringify(made))
      expect(capabilitiesProblem(capabilities) === undefined).toBe(
        checkCapabilities(capabilities).length === 0,
      )
    }),
    { numRuns: 5000 },
  )
})
