import { expect, test } from 'vitest'
import { describeCapabilities } from '../../src/capabilities/describe.ts'

const lines = (c: Parameters<typeof describeCapabilities>[0]): string[] =>
  describeCapabilities(c).map((line) => `${line.severity}: ${line.text}`)

test('says in plain words what each rule allows, and how much that is', () => {
  expect(
    lines({
      terminal: {
        allow: [
          '**',
          'git **',
          'git status',
          'ls',
          'python3 **',
          'shfmt **',
          'python3 scripts/*.py **',
          'bash -c **',
        ],
        deny: ['rm **'],
      },
      filesystem: { read: ['${project}/**', '~/**', '~/.ssh/**'], write: ['${project}/out/**', '${tmp}/**'] },
      network: { hosts: ['*', '*.example.org', 'api.github.com', 'localhost'] },
      env: { required: ['CI'], optional: ['LANG'] },
      secrets: [{ name: 'TOKEN', reason: 'open pull requests' }],
      tools: ['mcp:github/create_issue'],
      resources: { memory: '256Mi' },
    }),
  ).toEqual([
    'high: run any command',
    'high: run bash -c with any arguments',
    'high: run git with any arguments',
    'medium: run git status',
    'medium: run ls without arguments',
    'high: run python3 with any arguments',
    'medium: run the .py files in scripts with python3 and any arguments',
    'medium: run shfmt with any arguments',
    'low: never run rm with any arguments',
    'medium: read the files of the project',
    'high: read everything in your home directory',
    'high: read ~/.ssh/**',
    'medium: write the project’s out/**',
    'low: write temporary files',
    'high: contact any host on the network',
    'medium: contact every host below example.org',
    'medium: contact api.github.com',
    'high: contact localhost',
    'low: read the variable CI',
    'low: read the variable LANG, if it is set',
    'high: use the secret TOKEN ("open pull requests")',
    'medium: call mcp:github/create_issue',
    'low: use at most 256Mi of memory',
  ])
})

test('never passes a control or bidi character to the terminal', () => {
  const [line] = describeCapabilities({ secrets: [{ name: 'T', reason: 'safe \u202eeslaf' }] })
  expect(line?.text).not.toMatch(/\u202e/)
})
