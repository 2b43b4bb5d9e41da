import { expect, test } from 'vitest'
import { chooseVersion, versionsIn } from '../../src/registry/choose.ts'
import type { SkillDocument, VersionSummary } from '../../src/registry/protocol.ts'

type Versions = Pick<SkillDocument, 'name' | 'tags' | 'versions'>

function documentOf(versions: readonly (readonly [string, Partial<VersionSummary>?])[], tags = {}): Versions {
  return {
    name: '@acme/pdf',
    tags,
    versions: versions.map(([version, rest]) => ({
      version,
      digest: `sha256:${'0'.repeat(64)}`,
      integrity: `h1:${'A'.repeat(43)}=`,
      publishedAt: '2026-01-01T00:00:00Z',
      publisher: 'ada',
      size: 1,
      signer: 'unsigned',
      dependencies: {},
      ...rest,
    })),
  }
}

const chosen = (...args: Parameters<typeof chooseVersion>): string => chooseVersion(...args).version

test('takes the tag latest, not the greatest number, when nothing is asked for', () => {
  const document = documentOf([['1.9.0'], ['2.0.0']], { latest: '1.9.0', beta: '2.0.0' })
  expect(chosen(document, undefined, {})).toBe('1.9.0')
  expect(chosen(document, 'latest', {})).toBe('1.9.0')
  expect(chosen(document, 'beta', {})).toBe('2.0.0')
  expect(chosen(document, '*', {})).toBe('2.0.0')
})

test('takes a prerelease only where there is nothing else, or where the range names one', () => {
  expect(chosen(documentOf([['1.0.0'], ['2.0.0-rc.1']]), undefined, {})).toBe('1.0.0')
  expect(chosen(documentOf([['2.0.0-rc.1']]), undefined, {})).toBe('2.0.0-rc.1')
  expect(chosen(documentOf([['1.0.0'], ['2.0.0-rc.1']]), '^2.0.0-0', {})).toBe('2.0.0-rc.1')
})

test('skips a yanked latest, and keeps a yanked one that is locked where nothing else fits', async () => {
  const document = documentOf([['1.0.0'], ['1.1.0', { yanked: 'broken' }]], { latest: '1.1.0' })
  expect(chosen(document, undefined, {})).toBe('1.0.0')
  expect(chosen(document, '1.1.0', { locked: '1.1.0' })).toBe('1.1.0')
  await expect(() => chosen(document, '1.1.0', {})).toThrowCode('version_not_found')
})

test('counts a version without a readable time as too young, unless it is locked', async () => {
  const document = documentOf([['1.0.0', { publishedAt: 'never' }]])
  await expect(() => chosen(document, undefined, { publishedBefore: Date.now() })).toThrowCode(
    'version_too_new',
  )
  expect(chosen(document, undefined, { publishedBefore: Date.now(), locked: '1.0.0' })).toBe('1.0.0')
})

test('refuses what is neither range nor tag, also names of the prototype', async () => {
  const document = documentOf([['1.0.0']])
  for (const range of ['stable', 'constructor', '__proto__']) {
    await expect(() => versionsIn(document, range)).toThrowCode('version_not_found')
  }
})
