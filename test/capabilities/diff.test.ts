import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import { diffCapabilities, widens } from '../../src/capabilities/diff.ts'
import { holds } from '../support/property.ts'

describe('diff', () => {
  test('one more file that is not understood is more, and so is another kind of one file', () => {
    const was = { opaque: ['binary:bin/a'] }
    expect(diffCapabilities(was, { opaque: ['binary:bin/a', 'binary:bin/b'] })).toEqual([
      { change: 'added', capability: 'opaque', after: 'binary:bin/b' },
    ])
    expect(diffCapabilities(was, { opaque: ['computed:bin/a'] })).toMatchObject([{ change: 'added' }, {}])
    expect(diffCapabilities({ opaque: ['binary:bin/**'] }, was)).toMatchObject([{ change: 'narrowed' }])
  })

  test('calls a new rule added and a lost one removed', () => {
    expect(diffCapabilities({ network: { hosts: ['a.org'] } }, { tools: ['mcp:x'] })).toEqual([
      { change: 'added', capability: 'tools', after: 'mcp:x' },
      { change: 'removed', capability: 'network', before: 'a.org' },
    ])
  })

  test('calls a wildcard in place of a rule widened, and the way back narrowed', () => {
    const narrow: Capabilities = { terminal: { allow: ['git status'] } }
    const wide: Capabilities = { terminal: { allow: ['git **'] } }
    expect(diffCapabilities(narrow, wide)).toEqual([
      { change: 'widened', capability: 'terminal', before: 'git status', after: 'git **' },
    ])
    expect(diffCapabilities(wide, narrow)).toEqual([
      { change: 'narrowed', capability: 'terminal', before: 'git **', after: 'git status' },
    ])
    expect(widens(narrow, wide)).toBe(true)
    expect(widens(wide, narrow)).toBe(false)
  })

  test('sees no change in a rule that another covers already', () => {
    const before: Capabilities = { network: { hosts: ['*.example.org'] } }
    const after: Capabilities = { network: { hosts: ['*.example.org', 'a.example.org'] } }
    expect(diffCapabilities(before, after)).toEqual([])
    expect(diffCapabilities(after, before)).toEqual([])
  })

  test('calls the loss of a deny rule widened', () => {
    const before: Capabilities = { terminal: { allow: ['git **'], deny: ['git push **'] } }
    const after: Capabilities = { terminal: { allow: ['git **'] } }
    expect(diffCapabilities(before, after)).toEqual([
      { change: 'widened', capability: 'terminal.deny', before: 'git push **' },
    ])
    expect(widens(after, before)).toBe(false)
  })

  test('calls a narrower deny rule widened', () => {
    const deny = (rule: string): Capabilities => ({ filesystem: { read: ['${project}/**'], deny: [rule] } })
    expect(widens(deny('**/.env'), deny('${project}/.env'))).toBe(true)
    expect(widens(deny('${project}/.env'), deny('**/.env'))).toBe(false)
    expect(widens(deny('${project}/a'), deny('${project}/**'))).toBe(false)
  })

  test('compares ceilings as amounts', () => {
    const memory = (text: string): Capabilities => ({ resources: { memory: text } })
    expect(diffCapabilities(memory('1Gi'), memory('1024Mi'))).toEqual([])
    expect(widens(memory('512Mi'), memory('1Gi'))).toBe(true)
    expect(widens(memory('1Gi'), memory('512Mi'))).toBe(false)
    // Without a ceiling of its own a skill gets the runtime's, which may be higher.
    expect(widens(memory('1Gi'), {})).toBe(true)
  })

  test('takes a variable that becomes required for no change, and a write for more than a read', () => {
    expect(diffCapabilities({ env: { optional: ['CI'] } }, { env: { required: ['CI'] } })).toEqual([])
    expect(widens({ filesystem: { read: ['~/x'] } }, { filesystem: { write: ['~/x'] } })).toBe(true)
  })

  test('never widens to a part of what was there, and never misses what was not', () => {
    const rule = fc.constantFrom('**', 'git **', 'git log **', 'git log -1', 'npm test', 'npm **')
    const rules = fc.array(rule, { maxLength: 5 })
    holds(
      fc.property(rules, rules, (some, more) => {
        const all: Capabilities = { terminal: { allow: [...some, ...more] } }
        const part: Capabilities = { terminal: { allow: some } }
        expect(widens(all, part)).toBe(false)
        if (more.includes('**') && !some.includes('**')) expect(widens(part, all)).toBe(true)
      }),
    )
  })
})
