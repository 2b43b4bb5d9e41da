import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  canonicalCapabilities,
  checkCapabilities,
  isEmptyCapabilities,
  parseCapabilities,
} from '../../src/capabilities/capabilities.ts'
import { capabilitiesOf, rulesOf } from '../../src/capabilities/rules.ts'
import { capabilitiesSchema } from '../../src/capabilities/schema.ts'
import { holds } from '../support/property.ts'

describe('canonical capabilities', () => {
  test('sorts, drops repetition and empty parts', () => {
    expect(
      canonicalCapabilities({
        terminal: { allow: ['npm test', 'git **', 'npm test'], deny: [] },
        filesystem: { read: [], write: [] },
        network: { hosts: [] },
        tools: [],
        secrets: [
          { name: 'B', reason: 'b' },
          { name: 'A', reason: 'a' },
        ],
      }),
    ).toEqual({
      terminal: { allow: ['git **', 'npm test'] },
      secrets: [
        { name: 'A', reason: 'a' },
        { name: 'B', reason: 'b' },
      ],
    })
  })

  test('gives the same text for the same request in another order', () => {
    const one = canonicalCapabilities({
      tools: ['mcp:a/b', 'agent:Read'],
      network: { hosts: ['b.org', 'a.org'] },
    })
    const two = canonicalCapabilities({
      network: { hosts: ['a.org', 'b.org'] },
      tools: ['agent:Read', 'mcp:a/b'],
    })
    expect(JSON.stringify(one)).toBe(JSON.stringify(two))
  })

  test('keeps a rule that only denies, which is empty all the same', () => {
    const c = canonicalCapabilities({ terminal: { allow: [], deny: ['rm **'] } })
    expect(c).toEqual({ terminal: { allow: [], deny: ['rm **'] } })
    expect(isEmptyCapabilities(c)).toBe(true)
    expect(isEmptyCapabilities({})).toBe(true)
    expect(isEmptyCapabilities({ env: { optional: ['CI'] } })).toBe(false)
  })

  test('comes back whole from its rules', () => {
    const c = canonicalCapabilities({
      terminal: { allow: ['git **'], deny: ['git push **'] },
      filesystem: { read: ['${project}/**'], write: ['${tmp}/**'], deny: ['**/.env'] },
      network: { hosts: ['*.example.org', 'api.github.com:443'] },
      env: { required: ['CI'], optional: ['LANG'] },
      secrets: [{ name: 'TOKEN', reason: 'open pull requests' }],
      tools: ['mcp:github/create_issue'],
      resources: { memory: '256Mi', cpus: 0.5, pids: 64, timeout: '30s', output: '1Mi' },
    })
    expect(capabilitiesOf(rulesOf(c))).toEqual(c)
  })
})

describe('parsing capabilities', () => {
  const refused: readonly [string, unknown, string][] = [
    ['a list', [], 'the value'],
    ['null', null, 'the value'],
    ['an unknown capability', { shell: true }, 'shell'],
    ['an unknown list', { network: { hosts: [], ports: [] } }, 'network.ports'],
    ['a missing list', { terminal: { deny: ['rm **'] } }, 'terminal.allow'],
    ['text where a list belongs', { network: { hosts: 'a.org' } }, 'network.hosts'],
    ['a number in a list', { tools: ['mcp:a', 7] }, 'tools[1]'],
    ['a shell operator', { terminal: { allow: ['git log | sh'] } }, 'terminal.allow[0]'],
    ['a command substitution', { terminal: { allow: ['echo $(id)'] } }, 'terminal.allow[0]'],
    ['a rest that is not last', { terminal: { allow: ['git ** push'] } }, 'terminal.allow[0]'],
    ['a program that is a wildcard', { terminal: { allow: ['* push'] } }, 'terminal.allow[0]'],
    ['a path that climbs', { filesystem: { read: ['${project}/../x'] } }, 'filesystem.read[0]'],
    ['a relative path', { filesystem: { write: ['out'] } }, 'filesystem.write[0]'],
    ['a URL as a host', { network: { hosts: ['https://a.org'] } }, 'network.hosts[0]'],
    ['an upper-case host', { network: { hosts: ['API.org'] } }, 'network.hosts[0]'],
    ['a variable with a value', { env: { required: ['A=b'] } }, 'env.required[0]'],
    ['a secret with its value', { secrets: [{ name: 'T', reason: 'r', value: 'x' }] }, 'secrets[0].value'],
    ['a secret without a reason', { secrets: [{ name: 'T' }] }, 'secrets[0].reason'],
    ['a tool without a provider', { tools: ['create_issue'] }, 'tools[0]'],
    ['memory in megabytes', { resources: { memory: '256MB' } }, 'resources.memory'],
    ['half a process', { resources: { pids: 1.5 } }, 'resources.pids'],
  ]
  test.each(refused)('refuses %s and names the field', async (_name, value, field) => {
    await expect(() => parseCapabilities(value, 'grant.json')).toThrowCode('grant_invalid')
    expect(() => parseCapabilities(value, 'grant.json')).toThrow(`grant.json: ${field}: `)
    expect(capabilitiesSchema.safeParse(value).success).toBe(false)
  })

  test('accepts the whole vocabulary', () => {
    const value = {
      terminal: { allow: ['**', 'git **', 'python3 scripts/*.py', './run.sh --fast'], deny: ['rm **'] },
      filesystem: { read: ['~/.config/gh/**', '/etc/hosts'], write: ['${tmp}/**'], deny: ['**/.env'] },
      network: { hosts: ['*', '*.example.org:443', 'localhost:3000', '[::1]:80', '10.0.0.1'] },
      tools: ['mcp:github/*', 'agent:Read'],
      resources: { cpus: 0.5 },
    }
    expect(checkCapabilities(value)).toEqual([])
    expect(capabilitiesSchema.safeParse(value).success).toBe(true)
  })

  test('agrees with the zod schema on every value', () => {
    const text = fc.oneof(
      fc.constantFrom(
        'git **',
        '**',
        'a ** b',
        '${project}/**',
        '../x',
        '*.a.org',
        'A_B',
        'mcp:x/*',
        '256Mi',
        '',
      ),
      fc.string({ maxLength: 12 }),
    )
    const list = fc.oneof(fc.array(text, { maxLength: 3 }), text, fc.constant(null))
    const part = (...keys: string[]): fc.Arbitrary<unknown> =>
      fc.oneof(
        fc.record(Object.fromEntries(keys.map((key) => [key, list])), { requiredKeys: [] }),
        fc.anything(),
      )
    const value = fc.record(
      {
        terminal: part('allow', 'deny'),
        filesystem: part('read', 'write', 'deny'),
        network: part('hosts'),
        env: part('required', 'optional'),
        secrets: fc.oneof(fc.array(fc.record({ name: text, reason: text })), text),
        tools: list,
        resources: fc.oneof(
          fc.record(
            { memory: text, cpus: fc.double(), pids: fc.integer(), timeout: text },
            { requiredKeys: [] },
          ),
          fc.anything(),
        ),
        other: fc.anything(),
      },
      { requiredKeys: [] },
    )
    holds(
      fc.property(value, (c) => {
        expect(checkCapabilities(c).length === 0).toBe(capabilitiesSchema.safeParse(c).success)
      }),
      { numRuns: 500 },
    )
  })
})
