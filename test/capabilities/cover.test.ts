import { describe, expect, test } from 'vitest'
import { commandCovers, hostCovers, pathCovers } from '../../src/capabilities/cover.ts'
import { processorTime } from '../support/processor-time.ts'

describe('commands', () => {
  test.each([
    ['**', 'rm -r x', true],
    ['git **', 'git', true],
    ['git **', 'git status', true],
    ['git **', 'git log **', true],
    ['git log **', 'git **', false],
    ['git', 'git status', false],
    ['git *', 'git status', true],
    ['git *', 'git status -s', false],
    ['git **', 'gitk', false],
    ['python3 scripts/*.py **', 'python3 scripts/a.py --x', true],
    ['python3 scripts/*.py **', 'python3 scripts/deep/a.py', false],
    ['python3 scripts/*/run.py', 'python3 scripts/../run.py', false],
    ['python3 scripts/*.py', 'python3 scripts/*.py', true],
    ['python3 scripts/a.py', 'python3 scripts/*.py', false],
  ])('%s over %s: %s', (outer, inner, expected) => expect(commandCovers(outer, inner)).toBe(expected))
})

describe('paths', () => {
  test.each([
    ['${project}/**', '${project}/a/b', true],
    ['${project}/**', '${project}', true],
    ['${project}/**', '${work}/**', true],
    ['${project}/out/**', '${work}/out/a', true],
    ['${work}/**', '${work}/a/b', true],
    ['${work}/**', '${project}/out/report.md', true],
    ['${work}/**', '${project}/**', false],
    ['${work}/**', '${project}/.git/hooks/pre-commit', false],
    ['${work}/**', '${project}/.GitHub/workflows/ci.yml', false],
    ['${work}/**', '${project}/p*', false],
    ['${work}/**', '${project}/skills.lock', false],
    ['${work}/**', '${project}/../secret', false],
    ['${work}/**', '${skill}/a', false],
    ['${project}/**', '${skill}/a', false],
    ['${project}/*', '${project}/a/b', false],
    ['${project}/out/*.md', '${project}/out/a.md', true],
    ['${project}/**/a.md', '${project}/x/y/a.md', true],
    ['${project}/**', '${project}/../secret', false],
    ['${project}/a/**', '${project}/**', false],
    ['/**', '/etc/passwd', true],
    ['**/.env', '/home/u/.env', true],
    ['**/.env', '/home/u/.env.local', false],
  ])('%s over %s: %s', (outer, inner, expected) => expect(pathCovers(outer, inner)).toBe(expected))
})

describe('hosts', () => {
  test.each([
    ['*', 'a.org', true],
    ['*.example.org', 'a.example.org', true],
    ['*.example.org', 'a.b.example.org:443', true],
    ['*.example.org', 'example.org', false],
    ['*.example.org', 'evil-example.org', false],
    ['*.example.org', '*.a.example.org', true],
    ['*.a.example.org', '*.example.org', false],
    ['a.org:443', 'a.org', false],
    ['a.org', 'a.org:443', true],
    ['a.org:443', 'a.org:80', false],
    ['*', '[::1]:80', true],
  ])('%s over %s: %s', (outer, inner, expected) => expect(hostCovers(outer, inner)).toBe(expected))
})

test('decides a hostile pair of wildcards in linear time', () => {
  const started = processorTime()
  expect(commandCovers(`x ${'*a'.repeat(500)}b`, `x ${'a'.repeat(2000)}`)).toBe(false)
  expect(pathCovers(`/${'**/'.repeat(200)}x`, `/${'a/'.repeat(400)}y`)).toBe(false)
  expect(processorTime() - started).toBeLessThan(2500)
})
