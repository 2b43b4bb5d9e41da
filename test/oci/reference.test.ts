import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import {
  apiHost,
  formatReference,
  isRegistry,
  isRepository,
  isTag,
  parseReference,
} from '../../src/oci/reference.ts'

const HEX = 'a'.repeat(64)

describe('parseReference', () => {
  test('reads host, repository, tag and digest', () => {
    expect(parseReference('ghcr.io/o/skills/pdf')).toEqual({
      registry: 'ghcr.io',
      repository: 'o/skills/pdf',
    })
    expect(parseReference('GHCR.io/o/pdf:1.2.0')).toEqual({
      registry: 'ghcr.io',
      repository: 'o/pdf',
      tag: '1.2.0',
    })
    expect(parseReference(`localhost:5000/pdf@sha256:${HEX}`)).toEqual({
      registry: 'localhost:5000',
      repository: 'pdf',
      digest: `sha256:${HEX}`,
    })
    expect(parseReference(`oci://[::1]:5000/pdf:1_b@sha512:${HEX}${HEX}`)).toEqual({
      registry: '[::1]:5000',
      repository: 'pdf',
      tag: '1_b',
      digest: `sha512:${HEX}${HEX}`,
    })
  })

  test('has the short names of Docker Hub', () => {
    const hub = { registry: 'docker.io' }
    expect(parseReference('alpine')).toEqual({ ...hub, repository: 'library/alpine' })
    expect(parseReference('owner/pdf:1')).toEqual({ ...hub, repository: 'owner/pdf', tag: '1' })
    expect(parseReference('docker.io/alpine')).toEqual({ ...hub, repository: 'library/alpine' })
    expect(parseReference('index.docker.io/o/r')).toEqual({ ...hub, repository: 'o/r' })
    expect(apiHost('docker.io')).toBe('registry-1.docker.io')
    expect(apiHost('ghcr.io')).toBe('ghcr.io')
  })

  test('has no short names where oci:// says that a host comes first', async () => {
    await expect(() => parseReference('oci://owner/pdf')).toThrowCode('spec_invalid')
    await expect(() => parseReference('oci://pdf')).toThrowCode('spec_invalid')
  })

  test('reads back what it wrote', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}(?:[._-][a-z0-9]{1,4})?$/)
    const references = fc.record(
      {
        registry: fc.constantFrom('ghcr.io', 'localhost:5000', 'a.example.org', '127.0.0.1:1', '[::1]'),
        repository: fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
        tag: fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,20}$/),
        digest: fc.constant(`sha256:${HEX}`),
      },
      { requiredKeys: ['registry', 'repository'] },
    )
    fc.assert(
      fc.property(references, (reference) => {
        expect(parseReference(formatReference(reference))).toEqual(reference)
      }),
    )
  })
})

test('names follow the grammar of the distribution specification', () => {
  for (const name of ['a', 'a/b', 'a.b', 'a_b', 'a__b', 'a--b', `a${'/b'.repeat(127)}`])
    expect(isRepository(name)).toBe(true)
  for (const name of [
    '',
    'A',
    'a/',
    '/a',
    'a//b',
    'a..b',
    'a___b',
    '-a',
    'a-',
    'a/../b',
    'a%2fb',
    'a b',
    'ä',
    'a'.repeat(256),
  ])
    expect(isRepository(name), name).toBe(false)
  for (const tag of ['1', '_', 'v1.2.3-rc.1_b', 'a'.repeat(128)]) expect(isTag(tag)).toBe(true)
  for (const tag of ['', '.a', '-a', 'a+b', 'a/b', 'a:b', 'a b', 'a'.repeat(129)])
    expect(isTag(tag), tag).toBe(false)
  for (const host of ['ghcr.io', 'localhost', '127.0.0.1:5000', '[::1]:5000', 'a-b.example'])
    expect(isRegistry(host)).toBe(true)
  for (const host of ['', 'a..b', '-a', 'a:', 'a:0', 'a:65536', 'a:5000/x', 'u@a', 'a b', 'A.io'])
    expect(isRegistry(host), host).toBe(false)
})
