import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import type { Code } from '../../src/errors/codes.ts'
import {
  describeSpec,
  formatSpec,
  parseSpec,
  specFromFlags,
  type ParsedSpec,
} from '../../src/sources/spec.ts'
import { holds } from '../support/property.ts'

const HEX40 = '0123456789abcdef0123456789abcdef01234567'
const SHA = 'a'.repeat(64)
const GITHUB = 'https://github.com/owner/repo.git'
const git = (url: string, rest: object = {}) => ({ kind: 'git', url, ...rest })
/** What a page says beside is no part of the canonical text. */
function withoutPage(spec: ParsedSpec): ParsedSpec {
  if (spec.kind !== 'git') return spec
  const { page: _page, ...rest } = spec
  return rest
}
const path = (path: string, rest: object = {}) => ({ kind: 'path', path, ...rest })
const archive = (url: string, rest: object = {}) => ({ kind: 'archive', url, ...rest })

const READS: readonly (readonly [string, object])[] = [
  // folders
  ['.', path('.')],
  ['..', path('..')],
  ['~', path('~')],
  ['/', path('/')],
  ['./', path('.')],
  ['./x', path('./x')],
  ['./x/', path('./x')],
  ['../x/y', path('../x/y')],
  ['/srv/skills', path('/srv/skills')],
  ['~/skills', path('~/skills')],
  ['./a b', path('./a b')],
  ['./a%23b', path('./a#b')],
  ['./a%2523b', path('./a%23b')],
  ['./50%', path('./50%')],
  ['./x.zip/', path('./x.zip')],
  ['./repo.git', path('./repo.git')],
  ['./x#path:skills/pdf', path('./x', { subdir: 'skills/pdf' })],
  ['file:./x', path('./x')],
  ['file:x', path('./x')],
  ['file:/x', path('/x')],
  ['file:///srv/a%20b', path('/srv/a b')],
  ['C:\\skills', path('C:\\skills')],
  ['.\\skills', path('.\\skills')],
  // GitHub and GitLab shorthand
  ['owner/repo', git(GITHUB)],
  ['owner/repo/', git(GITHUB)],
  ['owner/repo.git', git(GITHUB)],
  ['owner/repo/skills/pdf', git(GITHUB, { subdir: 'skills/pdf' })],
  ['owner/repo/skills/.curated', git(GITHUB, { subdir: 'skills/.curated' })],
  ['owner/repo@pdf', git(GITHUB, { skill: 'pdf' })],
  ['owner/repo/skills@pdf#main', git(GITHUB, { subdir: 'skills', skill: 'pdf', ref: 'main' })],
  ['owner/repo#main', git(GITHUB, { ref: 'main' })],
  ['owner/repo#feature/x', git(GITHUB, { ref: 'feature/x' })],
  ['owner/repo#refs/tags/v1', git(GITHUB, { ref: 'refs/tags/v1' })],
  ['owner/repo#name@1.2.3', git(GITHUB, { ref: 'name@1.2.3' })],
  [`owner/repo#${HEX40}`, git(GITHUB, { ref: HEX40 })],
  [`owner/repo#${HEX40.toUpperCase()}`, git(GITHUB, { ref: HEX40 })],
  ['owner/repo#semver:^1.2', git(GITHUB, { range: '^1.2' })],
  ['owner/repo#semver:>=1 <2 || 3.x', git(GITHUB, { range: '>=1 <2 || 3.x' })],
  ['owner/repo#v1&path:skills/pdf', git(GITHUB, { ref: 'v1', subdir: 'skills/pdf' })],
  ['owner/repo#path:skills/pdf&v1', git(GITHUB, { ref: 'v1', subdir: 'skills/pdf' })],
  ['owner/repo#a%26b', git(GITHUB, { ref: 'a&b' })],
  ['owner/repo#a#b', git(GITHUB, { ref: 'a#b' })],
  ['owner/repo#', git(GITHUB)],
  ['github:owner/repo/skills/pdf#v1', git(GITHUB, { subdir: 'skills/pdf', ref: 'v1' })],
  ['gitlab:group/repo', git('https://gitlab.com/group/repo.git')],
  ['gitlab:group/sub/repo#path:a/b', git('https://gitlab.com/group/sub/repo.git', { subdir: 'a/b' })],
  // pages of other shapes and hosts
  ['https://www.github.com/owner/repo/', git(GITHUB)],
  ['https://github.com/owner/repo?tab=readme-ov-file#install', git(GITHUB)],
  ['https://github.com/owner/repo/blob/main/x/SKILL.md#L10', git(GITHUB, { ref: 'main', subdir: 'x' })],
  ['https://github.com/owner/repo/blob/main/README.md', git(GITHUB, { ref: 'main' })],
  ['https://github.com/owner/repo/raw/main/x/SKILL.md', git(GITHUB, { ref: 'main', subdir: 'x' })],
  [
    'https://raw.githubusercontent.com/owner/repo/refs/heads/main/x/SKILL.md',
    git(GITHUB, { ref: 'refs/heads/main', subdir: 'x' }),
  ],
  ['https://github.com/owner/repo.skill', git('https://github.com/owner/repo.skill.git')],
  ['owner/repo.skill', git('https://github.com/owner/repo.skill.git')],
  [
    'https://github.example.com/o/r/tree/v1/x',
    git('https://github.example.com/o/r.git', { ref: 'v1', subdir: 'x' }),
  ],
  [
    'https://git.example.org/o/r/src/branch/main/x/',
    git('https://git.example.org/o/r.git', { ref: 'main', subdir: 'x' }),
  ],
  [
    'https://git.example.org/o/r/raw/tag/v1/x/SKILL.md',
    git('https://git.example.org/o/r.git', { ref: 'v1', subdir: 'x' }),
  ],
  ['https://bitbucket.org/o/r/src/main/', git('https://bitbucket.org/o/r.git', { ref: 'main' })],
  [
    'https://dev.azure.com/o/p/_git/r?path=%2Flibs%2Fx%2FSKILL.md&version=GBfeature%2Fx&_a=contents',
    git('https://dev.azure.com/o/p/_git/r', { ref: 'feature/x', subdir: 'libs/x' }),
  ],
  [
    'https://o.visualstudio.com/p/_git/r?version=GTv1',
    git('https://o.visualstudio.com/p/_git/r', { ref: 'v1' }),
  ],
  // without a scheme
  ['github.com/owner/repo', git(GITHUB)],
  ['GitHub.com/owner/repo/tree/main/x', git(GITHUB, { ref: 'main', subdir: 'x' })],
  ['gitlab.com/g/s/repo', git('https://gitlab.com/g/s/repo.git')],
  ['git.example.org/o/r.git#v1', git('https://git.example.org/o/r.git', { ref: 'v1' })],
  [
    'github.com/owner/repo/archive/refs/heads/main.zip',
    { kind: 'archive', url: 'https://github.com/owner/repo/archive/refs/heads/main.zip' },
  ],
  // one skill as a file
  ['tool.skill', { kind: 'archive', url: './tool.skill' }],
  ['./a/tool.skill', { kind: 'archive', url: './a/tool.skill' }],
  ['https://example.org/x/tool.skill', { kind: 'archive', url: 'https://example.org/x/tool.skill' }],
  ['https://example.org/x/SKILL.md', { kind: 'archive', url: 'https://example.org/x/SKILL.md' }],
  ['./a/SKILL.md', { kind: 'path', path: './a' }],
  ['./SKILL.md', { kind: 'path', path: '.' }],
  // web pages of forges
  ['https://github.com/owner/repo', git(GITHUB)],
  ['https://github.com/owner/repo/', git(GITHUB)],
  ['https://GitHub.com/owner/repo.git#v1', git(GITHUB, { ref: 'v1' })],
  ['https://github.com/owner/repo/tree/main', git(GITHUB, { ref: 'main' })],
  ['https://github.com/owner/repo/tree/main/skills/pdf', git(GITHUB, { ref: 'main', subdir: 'skills/pdf' })],
  [
    'https://github.com/owner/repo/tree/refs/heads/a/skills',
    git(GITHUB, { ref: 'refs/heads/a', subdir: 'skills' }),
  ],
  [
    'https://github.com/owner/repo/blob/main/skills/pdf/SKILL.md',
    git(GITHUB, { ref: 'main', subdir: 'skills/pdf' }),
  ],
  ['https://github.com/owner/repo/blob/main/SKILL.md', git(GITHUB, { ref: 'main' })],
  ['https://github.com/owner/repo/tree/v1/a%20b', git(GITHUB, { ref: 'v1', subdir: 'a b' })],
  ['https://gitlab.com/g/s/repo', git('https://gitlab.com/g/s/repo.git')],
  [
    'https://gitlab.com/g/repo/-/tree/main/a/b',
    git('https://gitlab.com/g/repo.git', { ref: 'main', subdir: 'a/b' }),
  ],
  [
    'https://gitlab.example.org/g/s/repo/-/tree/v1',
    git('https://gitlab.example.org/g/s/repo.git', { ref: 'v1' }),
  ],
  [
    'https://gitlab.example.org/g/repo/-/blob/v1/x/SKILL.md',
    git('https://gitlab.example.org/g/repo.git', { ref: 'v1', subdir: 'x' }),
  ],
  [
    'https://codeberg.org/o/r/src/branch/main/x',
    git('https://codeberg.org/o/r.git', { ref: 'main', subdir: 'x' }),
  ],
  [
    'https://bitbucket.org/o/r/src/main/x',
    git('https://bitbucket.org/o/r.git', { ref: 'main', subdir: 'x' }),
  ],
  // git URLs
  ['https://git.example.org/team/repo.git#v1', git('https://git.example.org/team/repo.git', { ref: 'v1' })],
  ['https://git.example.org/team/repo', git('https://git.example.org/team/repo')],
  ['https://git.example.org:8443/r.git', git('https://git.example.org:8443/r.git')],
  ['http://127.0.0.1:8080/r.git', git('http://127.0.0.1:8080/r.git')],
  ['http://localhost/r.git', git('http://localhost/r.git')],
  ['http://[::1]:1/r.git', git('http://[::1]:1/r.git')],
  ['git+https://git.example.org/x.zip', git('https://git.example.org/x.zip')],
  ['git+https://github.com/owner/repo', git('https://github.com/owner/repo')],
  ['ssh://git@github.com/owner/repo.git', git('ssh://git@github.com/owner/repo.git')],
  ['git+ssh://git@host:2222/r.git#main', git('ssh://git@host:2222/r.git', { ref: 'main' })],
  ['git@github.com:owner/repo.git', git('ssh://git@github.com/owner/repo.git')],
  ['git@github.com:owner/repo.git#v1', git('ssh://git@github.com/owner/repo.git', { ref: 'v1' })],
  ['me@host.example:repos/x.git', git('ssh://me@host.example/~/repos/x.git')],
  ['me@host.example:/srv/x.git', git('ssh://me@host.example/srv/x.git')],
  ['file:///srv/repo.git', git('file:///srv/repo.git')],
  ['git+file:///srv/repo#main', git('file:///srv/repo', { ref: 'main' })],
  // archives
  ['https://example.org/a.tar.gz', archive('https://example.org/a.tar.gz')],
  ['https://example.org/a.tgz?ref=1', archive('https://example.org/a.tgz?ref=1')],
  [
    'https://github.com/o/r/archive/refs/tags/v1.tar.gz',
    archive('https://github.com/o/r/archive/refs/tags/v1.tar.gz'),
  ],
  [
    `https://example.org/a.zip#sha256:${SHA}`,
    archive('https://example.org/a.zip', { digest: `sha256:${SHA}` }),
  ],
  [
    `https://example.org/a.zip#sha256=${SHA.toUpperCase()}&path:x`,
    archive('https://example.org/a.zip', { digest: `sha256:${SHA}`, subdir: 'x' }),
  ],
  ['archive+https://example.org/download?id=3', archive('https://example.org/download?id=3')],
  ['./dist/a.TAR', archive('./dist/a.TAR')],
  ['dist/a.zip', archive('./dist/a.zip')],
  ['a.tgz', archive('./a.tgz')],
  ['/srv/a.tar.gz#path:skills/pdf', archive('/srv/a.tar.gz', { subdir: 'skills/pdf' })],
  ['file:///srv/a.zip', archive('/srv/a.zip')],
]

const REFUSES: readonly (readonly [string, Code])[] = [
  ['', 'spec_invalid'],
  [' ', 'spec_invalid'],
  ['word', 'spec_invalid'],
  ['owner/..', 'spec_invalid'],
  ['owner/repo/../x', 'spec_invalid'],
  ['owner/repo/.git/x', 'spec_invalid'],
  ['owner/repo#path:../x', 'spec_invalid'],
  ['owner/repo#path:a\\b', 'spec_invalid'],
  ['owner/repo#path:x&path:y', 'spec_invalid'],
  ['owner/repo/a#path:b', 'spec_invalid'],
  ['owner/repo#v1&v2', 'spec_invalid'],
  ['owner/repo#v1&semver:^1', 'spec_invalid'],
  [`owner/repo#sha256:${SHA}`, 'spec_invalid'],
  ['./x#main', 'spec_invalid'],
  ['./x.zip#main', 'spec_invalid'],
  ['./x.zip#sha256:abc', 'spec_invalid'],
  ['https://github.com/owner', 'spec_invalid'],
  ['https://github.com/owner/repo/issues/1', 'spec_invalid'],
  ['https://github.com/owner/repo/tree/main#v1', 'spec_invalid'],
  ['https://example.org/?x=1', 'spec_invalid'],
  ['https://example.org/r.git?x=1', 'spec_invalid'],
  ['https://', 'spec_invalid'],
  ['ftp://example.org/x.zip', 'spec_invalid'],
  ['file://host/x', 'spec_invalid'],
  ['file:', 'spec_invalid'],
  // arguments and transports
  ['-x', 'spec_invalid'],
  ['--upload-pack=touch /tmp/x', 'spec_invalid'],
  ['ext::sh -c "touch /tmp/x"', 'spec_invalid'],
  ['git+ext::sh -c x', 'spec_invalid'],
  ['fd::17', 'spec_invalid'],
  ['::x', 'spec_invalid'],
  ['ssh://-oProxyCommand=touch%20x/r', 'spec_invalid'],
  ['ssh://-oProxyCommand/r', 'spec_invalid'],
  ['ssh://git@-oProxyCommand=x/r', 'spec_invalid'],
  ['ssh://-x@host/r', 'spec_invalid'],
  ['-oProxyCommand=x@host:r', 'spec_invalid'],
  ['git@-oProxyCommand=x:r', 'spec_invalid'],
  ['https:///h', 'spec_invalid'],
  ['https://example.org/%0ahost=evil', 'spec_invalid'],
  ['https://example.org/%00.git', 'spec_invalid'],
  ['file:///srv/%0a', 'spec_invalid'],
  ['owner/repo\n', 'spec_invalid'],
  ['owner/\u202erepo', 'spec_invalid'],
  ['./x\u0000', 'spec_invalid'],
  // credentials
  ['https://user:pw@example.org/r.git', 'spec_credentials'],
  ['https://token@github.com/o/r.git', 'spec_credentials'],
  ['git+https://token@github.com/o/r', 'spec_credentials'],
  ['https://u:p@example.org/a.zip', 'spec_credentials'],
  ['ssh://git:pw@host/r.git', 'spec_credentials'],
  // no encryption
  ['http://example.org/r.git', 'source_insecure'],
  ['http://example.org/a.zip', 'source_insecure'],
  ['http://127.0.0.1.example.org/r.git', 'source_insecure'],
  ['git://example.org/r.git', 'source_insecure'],
  // refs
  ['owner/repo#-x', 'ref_invalid'],
  ['owner/repo#--upload-pack=x', 'ref_invalid'],
  ['owner/repo#a..b', 'ref_invalid'],
  ['owner/repo#a@{1}', 'ref_invalid'],
  ['owner/repo#@', 'ref_invalid'],
  ['owner/repo#a b', 'ref_invalid'],
  ['owner/repo#a:b', 'ref_invalid'],
  ['owner/repo#+a', 'ref_invalid'],
  ['owner/repo#^a', 'ref_invalid'],
  ['owner/repo#a*', 'ref_invalid'],
  ['owner/repo#a~1', 'ref_invalid'],
  ['owner/repo#a.lock', 'ref_invalid'],
  ['owner/repo#/a', 'ref_invalid'],
  ['owner/repo#a%0ab', 'ref_invalid'],
  ['owner/repo#semver:', 'ref_invalid'],
  ['owner/repo#semver:$(x)', 'ref_invalid'],
]

const PIECES =
  '# & @ / : :: % %23 %25 %0a .. .git .zip - ~ \\ ? x ab https:// http:// ssh:// file: file:// git+ archive+ github: gitlab: github.com 127.0.0.1 semver: path: sha256: tree /-/tree/ refs/heads/ é [::1] @ab/x npm: oci:// well-known+ skill: registry: ^1.2'
    .split(' ')
    .concat(' ', '\n', '\u202e', '\ud800')

describe('parseSpec', () => {
  it.each(READS)('reads %s', (text, spec) => {
    expect(withoutPage(parseSpec(text))).toEqual(spec)
  })

  it.each(REFUSES)('refuses %j', async (text, code) => {
    await expect(() => parseSpec(text)).toThrowCode(code)
  })

  it('never repeats a credential in its refusal', () => {
    for (const text of [
      'https://user:s3cret@example.org/r',
      'https://s3cret@h/r#-x',
      'ssh://git:s3cret@h/r?x',
    ]) {
      let message = ''
      try {
        parseSpec(text)
      } catch (error) {
        message = String(error)
      }
      expect(message).not.toBe('')
      expect(message).not.toContain('s3cret')
    }
  })

  it('throws nothing but a SkillsError, whatever the text', () => {
    const piece = fc.constantFrom(...PIECES)
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
    )
    holds(
      fc.property(text, (input) => {
        let spec: ParsedSpec
        try {
          spec = parseSpec(input)
        } catch (error) {
          expect(error).toBeInstanceOf(SkillsError)
          return
        }
        const { skill: _, ...rest } = withoutPage(spec)
        expect(parseSpec(formatSpec(rest))).toEqual(rest)
      }),
      { numRuns: 20_000 },
    )
  })
})

describe('formatSpec', () => {
  it.each(READS)('writes what parseSpec reads back as the same: %s', (text) => {
    const { skill: _, ...spec } = withoutPage(parseSpec(text))
    expect(parseSpec(formatSpec(spec))).toEqual(spec)
  })

  it('writes a GitHub repository short', () => {
    expect(formatSpec(parseSpec('https://github.com/owner/repo/tree/main/skills/pdf'))).toBe(
      'github:owner/repo#main&path:skills/pdf',
    )
  })

  it('brings every spelling of a repository to one text', () => {
    const texts = [
      'owner/repo',
      'github:owner/repo',
      'https://github.com/owner/repo',
      GITHUB,
      `git+${GITHUB}`,
    ]
    expect(new Set(texts.map((text) => formatSpec(parseSpec(text))))).toEqual(new Set(['github:owner/repo']))
  })
})

describe('specFromFlags', () => {
  it('says the same as the text', () => {
    expect(specFromFlags({ source: 'owner/repo', ref: 'v1', subdir: 'a/b' })).toEqual(
      git(GITHUB, { ref: 'v1', subdir: 'a/b' }),
    )
    expect(specFromFlags({ git: 'git@github.com:owner/repo.git', ref: 'semver:^1' })).toEqual(
      git('ssh://git@github.com/owner/repo.git', { range: '^1' }),
    )
    expect(specFromFlags({ git: '/srv/a b', ref: HEX40 })).toEqual(git('file:///srv/a%20b', { ref: HEX40 }))
    expect(specFromFlags({ git: 'file:///srv/a%20b' })).toEqual(git('file:///srv/a%20b'))
    expect(specFromFlags({ path: 'x#y' })).toEqual(path('./x#y'))
    expect(specFromFlags({ path: '/srv/x', subdir: './a/' })).toEqual(path('/srv/x', { subdir: 'a' }))
    expect(specFromFlags({ url: 'https://example.org/get?x=1', digest: `sha256:${SHA}` })).toEqual(
      archive('https://example.org/get?x=1', { digest: `sha256:${SHA}` }),
    )
    expect(specFromFlags({ url: './x.zip' })).toEqual(archive('./x.zip'))
    expect(specFromFlags({ oci: 'ghcr.io/o/r:1', digest: `sha256:${SHA}` })).toEqual(
      parseSpec(`oci://ghcr.io/o/r:1@sha256:${SHA}`),
    )
    expect(specFromFlags({ source: '@acme/pdf@^1', registry: 'https://skills.example.org' })).toEqual(
      parseSpec('@acme/pdf@^1#registry:https://skills.example.org'),
    )
  })

  const BAD: readonly (readonly [Parameters<typeof specFromFlags>[0], Code])[] = [
    [{}, 'usage'],
    [{ source: 'a/b', git: GITHUB }, 'usage'],
    [{ source: 'a/b#v1', ref: 'v2' }, 'usage'],
    [{ source: 'a/b/c', subdir: 'd' }, 'usage'],
    [{ path: './x', ref: 'v1' }, 'usage'],
    [{ git: GITHUB, digest: `sha256:${SHA}` }, 'usage'],
    [{ git: './x' }, 'spec_invalid'],
    [{ source: 'a/b', registry: 'https://skills.example.org' }, 'usage'],
    [{ source: '@a/b#registry:https://h', registry: 'https://skills.example.org' }, 'usage'],
    [{ oci: 'ghcr.io/o/r', source: 'a/b' }, 'usage'],
    [{ oci: 'ghcr.io/o/r', ref: 'v1' }, 'usage'],
    [{ git: GITHUB, ref: '-x' }, 'ref_invalid'],
    [{ git: GITHUB, ref: '' }, 'ref_invalid'],
    [{ git: GITHUB, subdir: '../x' }, 'spec_invalid'],
    [{ url: 'file:///etc/passwd' }, 'spec_invalid'],
    [{ url: 'https://example.org/a.zip', digest: 'md5:1' }, 'spec_invalid'],
  ]
  it.each(BAD)('refuses %j', async (flags, code) => {
    await expect(() => specFromFlags(flags)).toThrowCode(code)
  })
})

describe('describeSpec', () => {
  it('is short and names the place, the folder and the version', () => {
    expect(describeSpec(parseSpec('owner/repo/skills/pdf#v1'))).toBe(
      'github.com/owner/repo › skills/pdf at v1',
    )
    expect(describeSpec(parseSpec('./x'))).toBe('./x')
    expect(describeSpec(parseSpec('https://example.org/a.zip?part=s3cret'))).not.toContain('s3cret')
  })
})
