import { expect, it } from 'vitest'
import { rebaseSpec } from '../../src/ops/rebase-spec.ts'
import type { Scope } from '../../src/ops/scope.ts'
import { readSettings } from '../../src/platform/env.ts'
import { formatSpec, parseSpec } from '../../src/sources/spec.ts'

const settings = readSettings({ HOME: '/home/me' }, '/srv/project/packages/app')
const scope = (kind: Scope['kind'], root: string): Scope => ({
  kind,
  root,
  projectFile: `${root}/skills.json`,
  lockFile: `${root}/skills.lock`,
  skillsDir: `${root}/.agents/skills`,
  stateDir: `${root}/state`,
  stateIsInside: false,
})

it.each([
  ['./skills/pdf', './packages/app/skills/pdf'],
  ['../../skills/pdf', './skills/pdf'],
  ['../../../other', '../other'],
  ['../..', './'],
  ['./pdf.tgz', './packages/app/pdf.tgz'],
  ['/srv/skills', '/srv/skills'],
  ['~/skills', '~/skills'],
  ['owner/repo', 'github:owner/repo'],
])('keeps %s, typed in a folder of the project, as %s', (typed, kept) => {
  expect(formatSpec(rebaseSpec(parseSpec(typed), settings, scope('project', '/srv/project')))).toBe(kept)
})

it('keeps a relative path of the user scope as an absolute one', () => {
  const spec = rebaseSpec(parseSpec('./pdf'), settings, scope('global', '/home/me'))
  expect(formatSpec(spec)).toBe('/srv/project/packages/app/pdf')
})
