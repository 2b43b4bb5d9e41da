// The built program, whose server is a bundle of its own beside it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startProgram } from '../support/program.ts'

test('an error of the server bundle is told as what it is, with its hint and its exit code', async () => {
  const root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const run = (...args: string[]) => startProgram(args, { cwd: root, home: root }).ended
  expect(await run('registry', 'token', 'create', 'nobody', '--data', 'data')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: 'error: There is no user nobody\nhint: skills registry user add makes one\ncode: not_found\n',
  })
  const usage = await run('registry', 'import', '.', '--scope', 'no scope', '--data', 'data', '--json')
  expect(usage.code).toBe(2)
  expect(JSON.parse(usage.stdout)).toMatchObject({ error: { code: 'usage' } })
})
