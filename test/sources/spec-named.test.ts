import { describe, expect, it } from 'vitest'
import type { Code } from '../../src/errors/codes.ts'
import { describeSpec, formatSpec, parseSpec } from '../../src/sources/spec.ts'

const SHA = 'a'.repeat(64)

const READS: readonly (readonly [string, object])[] = [
  ['@scope/name', { kind: 'registry', name: '@scope/name' }],
  ['@scope/name@^1.2', { kind: 'registry', name: '@scope/name', range: '^1.2' }],
  ['@scope/name@>=1 <2 || 3.x', { kind: 'registry', name: '@scope/name', range: '>=1 <2 || 3.x' }],
  ['@scope/name@latest', { kind: 'registry', name: '@scope/name', range: 'latest' }],
  [
    '@scope/name@1.0.0#registry:https://skills.example.org/base/',
    { kind: 'registry', name: '@scope/name', range: '1.0.0', registry: 'https://skills.example.org/base' },
  ],
  ['npm:skill-pdf', { kind: 'npm', name: 'skill-pdf' }],
  ['npm:@acme/skills@^2', { kind: 'npm', name: '@acme/skills', range: '^2' }],
  ['npm:x@next#path:skills/pdf', { kind: 'npm', name: 'x', range: 'next', subdir: 'skills/pdf' }],
  ['oci://ghcr.io/o/skills/pdf', { kind: 'oci', registry: 'ghcr.io', repository: 'o/skills/pdf' }],
  [
    'oci://LOCALHOST:5000/pdf:1.2.0',
    { kind: 'oci', registry: 'localhost:5000', repository: 'pdf', tag: '1.2.0' },
  ],
  [
    `oci://[::1]:5000/a/b:v1@sha256:${SHA}#path:x`,
    {
      kind: 'oci',
      registry: '[::1]:5000',
      repository: 'a/b',
      tag: 'v1',
      digest: `sha256:${SHA}`,
      subdir: 'x',
    },
  ],
  ['https://example.org', { kind: 'well-known', url: 'https://example.org' }],
  ['https://example.org/', { kind: 'well-known', url: 'https://example.org' }],
  ['http://127.0.0.1:8080', { kind: 'well-known', url: 'http://127.0.0.1:8080' }],
  ['well-known+https://example.org/docs/', { kind: 'well-known', url: 'https://example.org/docs' }],
  [
    'https://example.org/docs/.well-known/agent-skills/index.json',
    { kind: 'well-known', url: 'https://example.org/docs' },
  ],
  [
    'https://example.org/.well-known/skills/index.json#skill:pdf',
    { kind: 'well-known', url: 'https://example.org', skill: 'pdf' },
  ],
]

const REFUSES: readonly (readonly [string, Code])[] = [
  ['@scope', 'spec_invalid'],
  ['@scope/', 'spec_invalid'],
  ['@/name', 'spec_invalid'],
  ['@Scope/name', 'spec_invalid'],
  ['@scope/../name', 'spec_invalid'],
  ['@scope/a/b', 'spec_invalid'],
  ['@scope/a_b', 'spec_invalid'],
  [`@scope/${'a'.repeat(65)}`, 'spec_invalid'],
  ['@scope/name@', 'ref_invalid'],
  ['@scope/name@$(x)', 'ref_invalid'],
  ['@scope/name#main', 'spec_invalid'],
  ['@scope/name#registry:ftp://h', 'spec_invalid'],
  ['@scope/name#registry:https://u:p@h', 'spec_credentials'],
  ['@scope/name#registry:http://skills.example.org', 'source_insecure'],
  ['owner/repo#registry:https://h', 'spec_invalid'],
  ['owner/repo#skill:pdf', 'spec_invalid'],
  ['./x#skill:pdf', 'spec_invalid'],
  ['oci://', 'spec_invalid'],
  ['oci://host', 'spec_invalid'],
  ['oci:host/r', 'spec_invalid'],
  ['oci://host/', 'spec_invalid'],
  ['oci://host/Repo', 'spec_invalid'],
  ['oci://host/a/../b', 'spec_invalid'],
  ['oci://host/r:', 'spec_invalid'],
  ['oci://host/r:-x', 'spec_invalid'],
  ['oci://host/r@sha256:abc', 'spec_invalid'],
  [`oci://host/r@sha256:${SHA}@sha256:${SHA}`, 'spec_invalid'],
  ['oci://-x/r', 'spec_invalid'],
  ['oci://user:pw@host/r', 'spec_credentials'],
  ['oci://host/r#main', 'spec_invalid'],
  ['npm:', 'spec_invalid'],
  ['npm:../x', 'spec_invalid'],
  ['npm:.x', 'spec_invalid'],
  ['npm:@s', 'spec_invalid'],
  ['npm:git+https://h/r', 'spec_invalid'],
  ['npm:x@https://h/x.tgz', 'ref_invalid'],
  ['npm:x@npm:y', 'ref_invalid'],
  ['npm:x@', 'ref_invalid'],
  ['well-known+ssh://h', 'spec_invalid'],
  ['well-known+http://h', 'source_insecure'],
  ['https://example.org#main', 'spec_invalid'],
  ['https://example.org#skill:../x', 'spec_invalid'],
]

describe('sources that go by a name', () => {
  it.each(READS)('reads %s', (text, spec) => {
    expect(parseSpec(text)).toEqual(spec)
  })

  it.each(REFUSES)('refuses %j', async (text, code) => {
    await expect(() => parseSpec(text)).toThrowCode(code)
  })

  it.each(READS)('writes what is read back as the same: %s', (text) => {
    const spec = parseSpec(text)
    expect(parseSpec(formatSpec(spec))).toEqual(spec)
  })

  it('keeps the skill of an index, which is part of the source there', () => {
    for (const text of ['https://example.org#skill:pdf', 'well-known+https://example.org/a#skill:pdf']) {
      expect(formatSpec(parseSpec(text))).toBe(text)
    }
  })

  it('describes them for people', () => {
    expect(describeSpec(parseSpec('@acme/pdf@^1#registry:https://skills.example.org'))).toBe(
      '@acme/pdf of skills.example.org at ^1',
    )
    expect(describeSpec(parseSpec('oci://ghcr.io/acme/pdf:1.0.0'))).toBe('ghcr.io/acme/pdf:1.0.0')
    expect(describeSpec(parseSpec('npm:pdf@next'))).toBe('npm package pdf at next')
    expect(describeSpec(parseSpec('https://example.org#skill:pdf'))).toBe('example.org › pdf')
  })
})
