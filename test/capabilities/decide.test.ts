import { expect, test } from 'vitest'
import type { Capabilities } from '../../src/capabilities/capabilities.ts'
import { decide, strictest, type Use } from '../../src/capabilities/decide.ts'

const grant: Capabilities = {
  terminal: { allow: ['git **'], deny: ['git push **'] },
  filesystem: { read: ['/p/**'], write: ['/p/out/**'], deny: ['**/.env'] },
  network: { hosts: ['*.example.org:443'] },
  env: { required: ['CI'] },
  secrets: [{ name: 'TOKEN', reason: 'r' }],
  tools: ['mcp:github/*'],
}

test.each<[Use, 'allow' | 'ask' | 'deny']>([
  [{ capability: 'terminal', argv: ['git', 'log'] }, 'allow'],
  [{ capability: 'terminal', argv: ['git', 'push', '--force'] }, 'deny'],
  [{ capability: 'terminal', argv: ['git log'] }, 'ask'],
  [{ capability: 'terminal', argv: [] }, 'ask'],
  [{ capability: 'filesystem', access: 'read', path: '/p/a' }, 'allow'],
  [{ capability: 'filesystem', access: 'write', path: '/p/a' }, 'ask'],
  [{ capability: 'filesystem', access: 'read', path: '/p/x/.env' }, 'deny'],
  [{ capability: 'filesystem', access: 'read', path: '/p/../etc/passwd' }, 'ask'],
  [{ capability: 'network', host: 'API.example.org', port: 443 }, 'allow'],
  [{ capability: 'network', host: 'api.example.org', port: 80 }, 'ask'],
  [{ capability: 'env', name: 'CI' }, 'allow'],
  [{ capability: 'secrets', name: 'OTHER' }, 'ask'],
  [{ capability: 'tools', name: 'mcp:github/create_issue' }, 'allow'],
])('%j: %s', (use, expected) => expect(decide(use, grant)).toBe(expected))

test('an argument that looks like a rule is only an argument', () => {
  expect(
    decide({ capability: 'terminal', argv: ['git', '**'] }, { terminal: { allow: ['git status'] } }),
  ).toBe('ask')
  expect(decide({ capability: 'terminal', argv: ['git', '**'] }, { terminal: { allow: ['git **'] } })).toBe(
    'allow',
  )
})

test('the policy tightens a grant and never loosens it', () => {
  const use: Use = { capability: 'terminal', argv: ['git', 'log'] }
  expect(decide(use, grant, { ask: { terminal: { allow: ['git **'] } } })).toBe('ask')
  expect(decide(use, grant, { deny: { terminal: { allow: ['git **'] } } })).toBe('deny')
  expect(decide(use, {}, { ungranted: 'deny' })).toBe('deny')
  expect(strictest([])).toBe('allow')
  expect(strictest(['allow', 'deny', 'ask'])).toBe('deny')
})
