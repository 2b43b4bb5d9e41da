import { expect, test } from 'vitest'
import { apiHost, canonicalPlace, isRegistry, isRepository, isTag } from '../../src/oci/reference.ts'

test('Docker Hub has one name, whatever it is called', () => {
  const hub = { registry: 'docker.io', repository: 'o/r' }
  for (const registry of ['docker.io', 'index.docker.io', 'Registry-1.docker.io'])
    expect(canonicalPlace({ registry, repository: 'o/r' })).toEqual(hub)
  expect(canonicalPlace({ registry: 'docker.io', repository: 'alpine' }).repository).toBe('library/alpine')
  expect(canonicalPlace({ registry: 'GHCR.io', repository: 'alpine' })).toEqual({
    registry: 'ghcr.io',
    repository: 'alpine',
  })
  expect(apiHost('docker.io')).toBe('registry-1.docker.io')
  expect(apiHost('ghcr.io')).toBe('ghcr.io')
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
