import { expect, test } from 'vitest'
import { parseLockfile } from '../../src/lock/lockfile.ts'

const parse = (text: string) => parseLockfile(text, 'skills.lock')

test.each([
  [
    'Vercel, project',
    '{"version":1,"skills":{"pdf":{"source":"o/r","sourceType":"github","computedHash":"00"}}}',
  ],
  ['Vercel, global', '{"version":3,"skills":{"pdf":{"source":"o/r","skillFolderHash":"00"}},"dismissed":{}}'],
  [
    'skills-lock',
    '{"version":1,"skills":{"pdf":{"source":"https://h.example/r.git","path":"a","ref":"00"}}}',
  ],
  ['a tool with a version', '{"version":1,"skills":{}}'],
  [
    'arconia',
    '{"lockfileVersion":1,"generatedAt":"2026-01-01","skills":[{"name":"a","path":"a","source":{}}]}',
  ],
  [
    'tank 1',
    '{"lockfileVersion":1,"skills":{"@o/x@1.0.0":{"resolved":"https://h.example/x.tgz","integrity":"sha512-00"}}}',
  ],
  ['tank 2', '{"lockfileVersion":2,"skills":{"@o/x@1.0.0":{"resolved":"https://h.example/x.tgz"}}}'],
  ['npm', '{"name":"x","lockfileVersion":3,"packages":{}}'],
  ['skil-lock', 'schema_version: "0.1"\nskill:\n  runtime: claude\n'],
  ['skil-lock with comments', '# generated\n\nschema_version: "0.1"\n'],
  ['ToolHive', 'version: 1\nskills:\n  - name: a\n'],
])('refuses the lockfile of %s', async (_, text) => {
  await expect(() => parse(text)).toThrowCode('lock_foreign')
})

test('names the tool and the way in', () => {
  expect(() => parse('schema_version: "0.1"\n')).toThrow(
    expect.objectContaining({
      message: expect.stringContaining('skil-lock'),
      hint: expect.stringContaining('import'),
    }),
  )
})
