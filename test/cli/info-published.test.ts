import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, type RunningRegistry } from '../../registry-server/main.ts'
import { type CliRun, runCli } from '../support/run-cli.ts'

let registry: RunningRegistry
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  registry = await serve({ data: join(root, 'registry'), port: 0 })
  const network = '[capabilities.network]\nhosts = ["api.example.org"]'
  for (const [name, version, toml] of [
    ['base', '1.0.0', ''],
    ['base', '1.1.0', network],
    ['user', '0.1.0', '[dependencies]\n"@acme/base" = "^1.0"'],
  ] as const) {
    const folder = join(root, version, name)
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      join(folder, 'SKILL.md'),
      `---\nname: ${name}\ndescription: What ${name} does.\n---\n\n# It\n`,
    )
    writeFileSync(join(folder, 'skill.toml'), `[skill]\nversion = "${version}"\n\n${toml}\n`)
    expect(await skills('publish', folder, '--scope', '@acme')).toMatchObject({ exit: 0, stderr: '' })
  }
}, 60_000)
afterAll(async () => {
  await registry.close()
  rmSync(root, { recursive: true, force: true })
})

function skills(...args: string[]): Promise<CliRun> {
  const env = {
    HOME: join(root, 'home'),
    SKILLWARD_REGISTRY: registry.url,
    SKILLWARD_TOKEN: registry.firstToken ?? '',
  }
  return runCli(args, { cwd: root, env })
}

test('tells what a published skill asks for, who needs it, and how to add it, without a project', async () => {
  const { stdout, exit } = await skills('info', '@acme/base')
  expect(exit).toBe(0)
  const day = new Date().toISOString().slice(0, 7)
  expect(stdout.replaceAll(new RegExp(`${day}-\\d\\d`, 'g'), 'DAY').replaceAll(registry.url, 'URL')).toMatch(
    new RegExp(
      [
        '^@acme/base 1\\.1\\.0\nWhat base does\\.\n',
        'registry +URL',
        'published +DAY by admin',
        'content +h1:\\S+',
        'artifact +sha256:\\S+',
        'signer +unsigned',
        'owners +admin',
        'downloads +0',
        'used by +1 skill\n',
        'Asks for:\n  medium +.*api\\.example\\.org.*\n',
        'Files \\(2, \\d+ B\\):\n  SKILL\\.md +\\d+ B\n  skill\\.toml +\\d+ B\n',
        'Versions \\(2\\):\n  1\\.1\\.0 +DAY +latest\n  1\\.0\\.0 +DAY\n',
        'Add it with `skills add @acme/base`\\.',
      ].join('\n'),
    ),
  )
})

test('a range chooses among the versions, and a yanked one says why', async () => {
  expect(JSON.parse((await skills('info', '@acme/user@^0.1', '--json')).stdout)).toMatchObject({
    name: '@acme/user',
    version: '0.1.0',
    dependencies: { '@acme/base': '^1.0' },
    versions: [{ version: '0.1.0' }],
  })
  await skills('yank', '@acme/base@1.0.0', '--reason', 'loses pages')
  const yanked = (await skills('info', '@acme/base@1.0.0')).stdout
  expect(yanked).toMatch(/^yanked +loses pages$/m)
  expect(yanked).toContain('Add it with `skills add @acme/base@1.0.0`.')
})

test.each([
  ['@acme/none', 1, 'skill_not_found'],
  ['@acme/base@^7', 1, 'version_not_found'],
  ['base', 2, 'usage'],
])('of %s it says what is wrong', async (name, exit, code) => {
  const run = await skills('info', name, '--registry', registry.url, '--json')
  expect(run.exit).toBe(exit)
  expect(JSON.parse(run.stdout)).toMatchObject({ error: { code } })
})
