import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { createPrinter } from '../../src/cli/output.ts'
import { createAsk } from '../../src/cli/prompts.ts'
import type { World } from '../../src/cli/world.ts'
import type { Ask, ConsentItem } from '../../src/ops/io.ts'

const ENTER = '\r'
const DOWN = '\u001b[B'
const UP = '\u001b[A'
const SPACE = ' '

interface Terminal {
  readonly ask: Ask
  readonly shown: () => string
}

/** A terminal at which somebody types the keys, one answer (a run of keys) for each question that appears. */
function terminal(answers: readonly (readonly string[])[], questions: readonly string[]): Terminal {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin })
  const stderr = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 40 })
  let shown = ''
  let asked = 0
  stderr.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    const question = questions[asked]
    if (question === undefined || !shown.slice(shown.lastIndexOf('\u0000') + 1).includes(question)) return
    const keys = answers[asked] ?? []
    asked += 1
    shown += '\u0000'
    setImmediate(() => {
      for (const key of keys) stdin.write(key)
    })
  })
  const world: World = {
    stdin,
    stdout: new PassThrough(),
    stderr,
    onSignal: () => () => {},
    abort: () => {},
  }
  const printer = createPrinter(world, { env: {}, flag: false })
  const signal = new AbortController().signal
  return { ask: createAsk({ world, printer, signal, pause: () => {} }), shown: () => shown }
}

function item(name: string, severity: 'low' | 'high' = 'low'): ConsentItem {
  const status = 'inferred' as const
  const requested = {
    terminal: { allow: ['git **'], deny: ['git push **'] },
    network: { hosts: ['a.example.org'] },
  }
  return {
    name,
    source: './x',
    proposed: requested,
    request: {
      requested,
      optional: { env: { optional: ['HTTP_PROXY'] } },
      lines: [
        {
          status,
          capability: 'terminal',
          value: 'git **',
          text: 'run git',
          severity,
          evidence: [{ file: 'SKILL.md', line: 7 }],
        },
      ],
    },
  }
}

test('Yes to an update leaves refused what was refused before', async () => {
  const { ask } = terminal([[ENTER]], ['Grant pdf what it asks for?'])
  const proposed = { network: { hosts: ['a.example.org'] } }
  expect(await ask.consent([{ ...item('pdf'), proposed }])).toEqual({ grants: { pdf: proposed } })
})

test('Yes grants what is requested and nothing optional', async () => {
  const { ask, shown } = terminal([[ENTER]], ['Grant pdf what it asks for?'])
  expect(await ask.consent([item('pdf')])).toEqual({ grants: { pdf: item('pdf').request.requested } })
  expect(shown()).toContain('run git  SKILL.md:7')
})

test('Enter alone refuses a grave request', async () => {
  const { ask } = terminal([[ENTER]], ['Grant pdf'])
  expect(await ask.consent([item('pdf', 'high')])).toEqual({ grants: {} })
})

test('No grants nothing', async () => {
  const { ask } = terminal([[DOWN, ENTER]], ['Grant pdf'])
  expect(await ask.consent([item('pdf')])).toEqual({ grants: {} })
})

test('Details shows the rules as written and asks again', async () => {
  const { ask, shown } = terminal([[DOWN, DOWN, ENTER], [ENTER]], ['Grant pdf', 'Grant pdf'])
  expect(Object.keys((await ask.consent([item('pdf')])).grants)).toEqual(['pdf'])
  expect(shown()).toContain('terminal: git **')
})

test('Edit starts with what is requested, offers optional lines unticked and keeps what is denied', async () => {
  const { ask } = terminal(
    [
      [UP, ENTER],
      [SPACE, DOWN, DOWN, SPACE, ENTER],
    ],
    ['Grant pdf', 'What may pdf do?'],
  )
  expect(await ask.consent([item('pdf')])).toEqual({
    grants: {
      pdf: {
        terminal: { allow: [], deny: ['git push **'] },
        network: { hosts: ['a.example.org'] },
        env: { optional: ['HTTP_PROXY'] },
      },
    },
  })
})

test('several skills are reviewed one by one, or granted at once', async () => {
  const each = terminal([[ENTER], [ENTER], [DOWN, ENTER]], ['Grant 2 skills', 'Grant one', 'Grant two'])
  expect(Object.keys((await each.ask.consent([item('one'), item('two')])).grants)).toEqual(['one'])
  const all = terminal([[DOWN, ENTER]], ['Grant 2 skills'])
  expect(Object.keys((await all.ask.consent([item('one'), item('two')])).grants)).toEqual(['one', 'two'])
})

test('leaving any question is cancelled', async () => {
  const { ask } = terminal([['\u0003']], ['Grant pdf'])
  await expect(ask.consent([item('pdf')])).toThrowCode('cancelled')
  const skills = terminal([['\u001b']], ['Which of the 1 skills?'])
  await expect(skills.ask.chooseSkills([{ key: '.', name: 'pdf', description: '' }])).toThrowCode('cancelled')
})

test('agents that were found are chosen beforehand', async () => {
  const { ask } = terminal([[ENTER]], ['Which agents'])
  const chosen = await ask.chooseAgents([
    { id: 'roo', label: 'Roo Code', detected: false },
    { id: 'codex', label: 'Codex', detected: true },
  ])
  expect(chosen).toEqual(['codex'])
})

test('a question of the program begins with No', async () => {
  const { ask } = terminal([[ENTER]], ['Really?'])
  expect(await ask.confirm('Really?')).toBe(false)
})

test('names of skills cannot move the cursor', async () => {
  const { ask, shown } = terminal([[SPACE, ENTER]], ['Which of the 1 skills?'])
  await ask.chooseSkills([{ key: '.', name: 'a\u001b]0;x\u0007b', description: '\u202edesc' }])
  expect(shown()).toContain('a\\u{1b}]0;x\\u{7}b')
  expect(shown()).not.toContain('\u202e')
})
