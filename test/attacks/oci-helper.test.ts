// A configuration of docker may name any helper, and a helper may print anything.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { askHelper } from '../../src/oci/credential-helper.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'helper-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

function helper(script: string, name = 'docker-credential-x'): void {
  mkdirSync(join(folder, name, '..'), { recursive: true })
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
  chmodSync(join(folder, name), 0o755)
}

const ask = (name = 'x', server = 'ghcr.io') =>
  askHelper(name, server, { env: { PATH: `${folder}:${process.env.PATH}` }, cwd: folder })

test.each([
  '../evil',
  '/bin/sh',
  'a/b',
  '',
  '-x',
  'a b',
  'x;touch y',
  '$(touch y)',
  'x\n',
  'a\u0000b',
  '.'.repeat(3),
])('a helper called %j is not run', async (name) => {
  helper(`touch ${folder}/ran`, 'evil')
  await expect(ask(name)).toThrowCode('credentials_invalid')
  expect(existsSync(join(folder, 'ran'))).toBe(false)
})

test.each([
  ['no JSON', 'echo s3cret'],
  ['null', 'echo null'],
  ['a list', 'echo "[1]"'],
  ['no secret', `echo '{"Username":"u"}'`],
  ['a secret that is no text', `echo '{"Username":"u","Secret":{"s3cret":1}}'`],
  ['a line feed in the secret', `echo '{"Username":"u","Secret":"s3cret\\nX-Evil: 1"}'`],
  ['a control character in the name', `echo '{"Username":"u\\u0007","Secret":"s3cret"}'`],
  ['a colon in the name', `echo '{"Username":"u:v","Secret":"s3cret"}'`],
  ['a failure that shows the secret', 'echo s3cret; echo s3cret >&2; exit 3'],
])('%s is refused without being repeated', async (_, script) => {
  helper(script)
  const error: unknown = await ask().catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code: 'credentials_invalid' })
  const { message, hint, details, cause } = error as {
    message: string
    hint: string
    details: object
    cause?: unknown
  }
  expect(JSON.stringify([message, hint, details, String(cause)])).not.toContain('s3cret')
})

test('endless output is cut off', async () => {
  helper('yes s3cret')
  await expect(ask()).toThrowCode('credentials_invalid')
})

test('the server goes to standard input, never into a command line', async () => {
  helper(`cat > ${folder}/asked; echo "$#" > ${folder}/count; echo '{"Username":"u","Secret":"s"}'`)
  await ask('x', '$(touch evil); -x')
  const { readFileSync } = await import('node:fs')
  expect(readFileSync(join(folder, 'asked'), 'utf8')).toBe('$(touch evil); -x')
  expect(readFileSync(join(folder, 'count'), 'utf8').trim()).toBe('1')
})

test('a helper that is not installed is named', async () => {
  await expect(ask('nobody-has-this')).rejects.toThrow(/docker-credential-nobody-has-this is not on PATH/)
})
