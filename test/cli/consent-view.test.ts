import { expect, test } from 'vitest'
import { consentCard, consentOverview, showConsent } from '../../src/cli/views/consent.ts'
import { PLAIN, type Canvas } from '../../src/cli/style.ts'
import type { RequestLine } from '../../src/manifest/request.ts'
import type { ConsentItem } from '../../src/ops/io.ts'

const WIDE: Canvas = { style: PLAIN, width: 100 }

function line(status: RequestLine['status'], text: string, parts: Partial<RequestLine> = {}): RequestLine {
  return { status, capability: 'terminal', value: 'git **', text, severity: 'medium', evidence: [], ...parts }
}

function item(lines: readonly RequestLine[], parts: Partial<ConsentItem> = {}): ConsentItem {
  const request = { requested: {}, optional: {}, lines }
  return {
    name: 'pdf',
    version: '1.2.0',
    source: 'github.com/anthropics/skills',
    request,
    proposed: {},
    ...parts,
  }
}

const FULL = item([
  line('inferred', 'run git with any arguments', { evidence: [{ file: 'SKILL.md', line: 12 }] }),
  line('inferred', 'contact api.example.org', {
    capability: 'network',
    value: 'api.example.org',
    severity: 'high',
    evidence: [
      { file: 'scripts/fetch.py', line: 3 },
      { file: 'scripts/fetch.py', line: 9 },
    ],
  }),
  line('under-declared', 'read the variable TOKEN', {
    severity: 'low',
    evidence: [{ file: 'run.sh', line: 1 }],
  }),
])

test('shows each line with its severity and where it was found, the gravest first', () => {
  expect(consentCard(FULL, WIDE)).toBe(
    [
      'pdf 1.2.0',
      'from github.com/anthropics/skills',
      '',
      'Declares nothing; found in its files:',
      '  high    contact api.example.org  scripts/fetch.py:3 +1',
      '  medium  run git with any arguments  SKILL.md:12',
      '',
      'Found in its files but not declared; not granted:',
      '  low     read the variable TOKEN  run.sh:1',
    ].join('\n'),
  )
})

test('shows all evidence and the rules as written behind Details', () => {
  const details = consentCard(FULL, WIDE, { details: true })
  expect(details).toContain('network: api.example.org')
  expect(details).toContain('scripts/fetch.py:9')
})

test('says plainly that a skill asks for nothing', () => {
  expect(consentCard(item([]), WIDE)).toContain('Asks for nothing.')
})

test('shows only what changed on an update', () => {
  const changes = [
    { change: 'added', capability: 'network', after: 'api.example.org' },
    { change: 'widened', capability: 'terminal', before: 'git status', after: 'git **' },
  ] as const
  const card = consentCard({ ...FULL, changes }, WIDE)
  expect(card).toContain('+ added    network   api.example.org')
  expect(card).toContain('~ widened  terminal  git status → git **')
  expect(card).toContain('medium  new  run git with any arguments  SKILL.md:12')
})

test('lets nothing of a skill move the cursor, reorder or hide text', () => {
  const evil = '\u001b[2J\u202egrant\u200b\nall'
  const nasty = item([line('declared', evil, { evidence: [{ file: evil, line: 1 }], value: evil })], {
    name: evil,
    version: evil,
    source: evil,
    changes: [{ change: 'added', capability: evil, after: evil }],
  })
  for (const text of [
    consentCard(nasty, WIDE),
    consentCard(nasty, WIDE, { details: true }),
    consentOverview([nasty], WIDE),
    showConsent([nasty], WIDE),
  ]) {
    expect(text).not.toMatch(/[\u001b\u202e\u200b]/)
    expect(text).not.toContain('\nall')
  }
})

test('never cuts what is asked for, however narrow the terminal', () => {
  const long = `run ${'a-very-long-word '.repeat(20)}END`
  const narrow: Canvas = { style: PLAIN, width: 30 }
  const card = consentCard(item([line('declared', long)]), narrow)
  expect(card.replaceAll(/\s+/g, ' ')).toContain(long.replaceAll(/\s+/g, ' '))
})

test('gives each of several skills a line with its gravest capability', () => {
  const overview = consentOverview([FULL, item([], { name: 'notes' })], WIDE)
  expect(overview.split('\n')).toEqual([
    '  pdf    high  2 capabilities  contact api.example.org; run git with any arguments',
    '  notes        0 capabilities  asks for nothing',
  ])
})
