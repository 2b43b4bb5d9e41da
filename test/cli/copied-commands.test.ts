// Commands that are printed so that somebody copies them do what they say, whatever the address holds; many failures are
// told at once.
import { expect, it } from 'vitest'
import { printFailure } from '../../src/cli/failure.ts'
import type { Printer } from '../../src/cli/output.ts'
import { canvasOf } from '../../src/cli/style.ts'
import { searchView } from '../../src/cli/views/search.ts'
import { SkillsError } from '../../src/errors/error.ts'

const canvas = canvasOf({ isTTY: false } as never, { env: {} })

it('search quotes a source for a shell', () => {
  const hit = { name: 'pdf', description: 'x', source: "https://r.test/x?a=1&b=$(id)#it's" }
  const text = searchView(
    { query: 'pdf', registry: 'https://r.test', results: [hit], total: 1, kind: 'clawhub' } as never,
    canvas,
  )
  expect(text).toContain("`skills add 'https://r.test/x?a=1&b=$(id)#it'\\''s'`")
})

it('an error that stands for several skills tells each with its code and hint, in text and as JSON', () => {
  const problems = [
    { skill: 'a', code: 'source_not_found', message: 'There is no a', hint: 'check it' },
    { skill: 'b', code: 'integrity_mismatch', message: 'Other bytes' },
  ] as const
  const error = new SkillsError('integrity_mismatch', '2 skills failed; nothing was changed', { problems })
  const said: string[] = []
  const json: unknown[] = []
  const printer = {
    out: canvas,
    err: canvas,
    say: (text: string) => void said.push(text),
    json: (value: unknown) => void json.push(value),
  } as unknown as Printer
  printFailure(error, printer, { json: false, debug: false })
  printFailure(error, printer, { json: true, debug: false })
  expect(said.join('\n')).toBe(
    [
      'error: 2 skills failed; nothing was changed',
      'a: There is no a',
      '  hint: check it',
      '  code: source_not_found',
      'b: Other bytes',
      '  code: integrity_mismatch',
      'code: integrity_mismatch',
    ].join('\n'),
  )
  expect(json).toMatchObject([{ error: { code: 'integrity_mismatch', problems } }])
})
