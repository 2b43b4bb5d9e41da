import { capabilitySummary } from '../../src/capabilities/summary.ts'
import { describe, expect, test } from 'vitest'
import { CAPABILITY_KINDS } from '../../src/capabilities/capabilities.ts'
import { isLimit } from '../../src/capabilities/ceilings.ts'
import { capabilitiesOf, type Rule } from '../../src/capabilities/rules.ts'
import { PLAIN, type Canvas } from '../../src/cli/style.ts'
import { addView } from '../../src/cli/views/add.ts'
import { agentsView } from '../../src/cli/views/agents.ts'
import { browseView } from '../../src/cli/views/browse.ts'
import { capabilitiesView } from '../../src/cli/views/capabilities.ts'
import { importView } from '../../src/cli/views/import.ts'
import { infoView } from '../../src/cli/views/info.ts'
import { initView } from '../../src/cli/views/init.ts'
import { installView } from '../../src/cli/views/install.ts'
import { columns, fit, textWidth } from '../../src/cli/views/layout.ts'
import { listView } from '../../src/cli/views/list.ts'
import { bytesText } from '../../src/cli/views/phrases.ts'
import { pruneView } from '../../src/cli/views/prune.ts'
import { removeView } from '../../src/cli/views/remove.ts'
import { updateView } from '../../src/cli/views/update.ts'
import { validateView } from '../../src/cli/views/validate.ts'
import { verifyView } from '../../src/cli/views/verify.ts'

const WIDE: Canvas = { style: PLAIN, width: 100 }
const NARROW: Canvas = { style: PLAIN, width: 36 }
const EVIL = '\u001b[2Jx\u202e\u200b\nrm'

/** Every view with every text of its result replaced by `text`. */
function allViews(text: string, canvas: Canvas): string[] {
  const scope = 'project' as const
  const resolution = { kind: 'git', url: text, commit: text, ref: text } as const
  const diagnostics = [
    { severity: 'warning', code: 'rule', message: text, file: text, line: 3, hint: text },
  ] as const
  const capabilities = { terminal: { allow: [text] } }
  const line = {
    status: 'inferred',
    capability: text,
    value: text,
    text,
    severity: 'high',
    evidence: [{ file: text, line: 1 }],
  } as const
  const request = { requested: capabilities, optional: {}, lines: [line] }
  const locked = {
    name: text,
    version: text,
    spec: text,
    resolution,
    integrity: text,
    capabilities,
    path: text,
  }
  const added = { ...locked, status: 'added', diagnostics } as const
  const listed = { ...locked, signer: text, installed: false, status: 'missing' as const }
  const changes = [{ change: 'widened', capability: text, before: text, after: text }] as const
  const version = { version: text, integrity: text, resolution }
  return [
    addView({ scope, root: text, skills: [added], agents: [text], relinked: false, dryRun: false }, canvas),
    agentsView(
      { agents: [{ id: text, label: text, detected: true, selected: false, project: text }] },
      canvas,
      { all: true },
    ),
    browseView(
      {
        source: text,
        resolution,
        skills: [{ name: text, description: text, dir: text, group: text, diagnostics }],
        leftOut: [{ path: text, code: 'hidden_folder', reason: text }],
      },
      canvas,
    ),
    capabilitiesView(
      { scope, root: text, skills: [{ name: text, granted: capabilities, request, changed: true }] },
      canvas,
    ),
    importView(
      {
        scope,
        root: text,
        file: text,
        skills: [added],
        notes: [{ name: text, note: text }],
        dropped: [{ name: text, reason: text }],
        dryRun: true,
      },
      canvas,
    ),
    infoView(
      {
        ...listed,
        description: text,
        license: text,
        compatibility: text,
        request,
        files: [{ path: text, bytes: 1, sha256: text }],
        links: [text],
        diagnostics,
        history: [{ at: text, actor: text, action: text }],
      },
      canvas,
    ),
    initView({ kind: 'skill', path: text, files: [text] }),
    installView(
      {
        scope,
        root: text,
        skills: [{ name: text, status: 'locked', version: text, integrity: text }],
        resolved: [{ name: text, how: 'anew' }],
        removed: [text],
        agents: [text],
        dryRun: false,
      },
      canvas,
    ),
    listView({ scope, root: text, agents: [text], skills: [listed] }, canvas),
    removeView({ scope, root: text, removed: [text], dryRun: false }),
    updateView(
      {
        scope,
        root: text,
        checked: true,
        dryRun: false,
        items: [
          { name: text, status: 'widens', spec: text, from: version, to: version, changes, reason: text },
        ],
      },
      canvas,
    ),
    validateView({ ok: false, skills: [{ path: text, name: text, diagnostics }] }, canvas),
    verifyView(
      {
        scope,
        root: text,
        ok: false,
        skills: [
          {
            name: text,
            status: 'modified',
            integrity: text,
            files: [{ path: text, change: 'changed' }],
            links: [{ path: text, problem: 'missing' }],
          },
        ],
        stale: [{ path: text, state: 'edited' }],
        claims: [],
        unknown: [text],
        counts: { skills: 1, files: 2, bytes: 3 },
        ledger: { status: 'broken', event: 1, reason: text },
      },
      canvas,
    ),
  ]
}

test.each([WIDE, NARROW])('no view lets untrusted text act on the terminal (width $width)', (canvas) => {
  for (const view of allViews(EVIL, canvas)) {
    expect(view).not.toMatch(/[\u001b\u202e\u200b]/)
    expect(view).not.toMatch(/\nrm/)
  }
})

test.each([WIDE, NARROW])('no view lets untrusted text pass for our own (width $width)', (canvas) => {
  for (const view of allViews('gіt │ ◆  ok\u2800\u2800x', canvas)) {
    expect(view).not.toMatch(/[│◆\u2800\u0456]/)
    expect(view).toMatch(/g\\u\{456\}t/)
  }
})

test('every view says something for plain results', () => {
  for (const view of allViews('word', WIDE)) expect(view).toContain('word')
})

describe('the list', () => {
  const skill = {
    name: 'pdf',
    version: '1.2.0',
    spec: 'github:anthropics/skills#path:skills/pdf',
    resolution: { kind: 'path', path: './x' },
    integrity: 'h1:x',
    signer: 'unsigned',
    capabilities: { terminal: { allow: ['git **', 'ls'] }, network: { hosts: ['a'] } },
    installed: true,
    status: 'ok',
    path: '.agents/skills/pdf',
  } as const

  test('has a row a skill and says where', () => {
    const notes = { ...skill, name: 'release-notes', capabilities: {}, spec: './notes' }
    const { version: _, ...unversioned } = notes
    expect(
      listView({ scope: 'project', root: '/p', agents: ['codex'], skills: [skill, unversioned] }, WIDE),
    ).toBe(
      [
        'NAME           VERSION  MAY                    SOURCE',
        'pdf            1.2.0    terminal 2, network 1  github:anthropics/skills#path:skills/pdf',
        'release-notes  -        nothing                ./notes',
        '',
        '2 skills in /p, for codex.',
      ].join('\n'),
    )
  })

  test('says when there is nothing and how to begin', () => {
    expect(listView({ scope: 'global', root: '/h', agents: [], skills: [] }, WIDE)).toContain(
      'skills add SOURCE',
    )
  })
})

describe('verification', () => {
  const counts = { skills: 2, files: 10, bytes: 20_480 }
  test('is one line when all is well', () => {
    const head = '0'.repeat(64)
    const ledger = { status: 'intact', events: 1, head } as const
    const result = {
      scope: 'project',
      root: '/p',
      ok: true,
      skills: [],
      stale: [],
      claims: [],
      unknown: [],
      counts,
      ledger,
    } as const
    expect(verifyView(result, WIDE)).toBe('ok 2 skills, 10 files, 20.5 kB as in skills.lock.')
  })
})

describe('layout', () => {
  test('counts the columns that a terminal uses', () => {
    expect(['abc', '日本', 'é', '👍', ''].map(textWidth)).toEqual([3, 4, 1, 2, 0])
    expect(fit('日本語テキスト', 7)).toBe('日本語…')
  })

  test('aligns columns and cuts only the last at the edge', () => {
    const rows = [
      ['a', 'bb', 'a long description of it'],
      ['aaa', 'b', 'short'],
    ]
    expect(columns(rows, { style: PLAIN, width: 24 })).toBe('a    bb  a long descrip…\naaa  b   short')
  })

  test('puts each cell on its own line where columns do not fit', () => {
    const rows = [['a-rather-long-name', 'another-long-cell', 'and a text that is long']]
    expect(columns(rows, { style: PLAIN, width: 24 })).toBe(
      'a-rather-long-name\n  another-long-cell\n  and a text that is lo…',
    )
  })

  test('shows bytes as people read them', () => {
    expect([0, 999, 1000, 20_480, 3_000_000].map(bytesText)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '20.5 kB',
      '3.0 MB',
    ])
  })

  test('says what was freed', () => {
    expect(pruneView({ removed: { store: 2, cache: 0 }, skills: [], bytes: 2048, dryRun: true }, WIDE)).toBe(
      'store  2\n\nWould free 2.0 kB in 2 entries.',
    )
  })
})

const RULES: Readonly<Record<(typeof CAPABILITY_KINDS)[number], Rule>> = {
  terminal: { capability: 'terminal', list: 'allow', value: 'git **' },
  filesystem: { capability: 'filesystem', list: 'write', value: '~/**' },
  network: { capability: 'network', list: 'hosts', value: '*' },
  env: { capability: 'env', list: 'optional', value: 'HOME' },
  secrets: { capability: 'secrets', value: 'KEY', reason: 'why' },
  tools: { capability: 'tools', value: 'mcp:a/b' },
  opaque: { capability: 'opaque', value: 'program:a.nim' },
  resources: { capability: 'resources', value: 'pids=3' },
}

test.each(CAPABILITY_KINDS)('a summary never leaves out what %s allows', (kind) => {
  const [one, all] = [[RULES[kind]], Object.values(RULES)].map((rules) =>
    capabilitySummary(capabilitiesOf(rules)),
  )
  if (isLimit(RULES[kind])) expect(one).toBe('nothing')
  else expect(one).toMatch(/^[a-z ]+ 1$/)
  expect(all).toBe('terminal 1, files 1, network 1, env 1, secrets 1, tools 1, not understood 1')
})
