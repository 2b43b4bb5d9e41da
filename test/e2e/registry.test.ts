// The whole way through the real server: publish, search, add by range, update, yank, restore in a fresh clone.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serve, type RunningRegistry } from '../../registry-server/main.ts'
import { runCli, type CliRun } from '../support/run-cli.ts'

const FIXTURES = fileURLToPath(new URL('../../fixtures/skills', import.meta.url))

let registry: RunningRegistry
let root: string

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  registry = await serve({ data: join(root, 'registry'), port: 0 })
  const answer = await fetch(`${registry.url}/api/v1/scopes/@acme`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${registry.firstToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ public: true }),
  })
  expect(answer.ok).toBe(true)
})
afterAll(async () => {
  await registry.close()
  rmSync(root, { recursive: true, force: true })
})

/** A command of a user with an own home in a folder. */
async function skills(folder: string, ...args: string[]): Promise<CliRun> {
  const cwd = join(root, folder)
  mkdirSync(cwd, { recursive: true })
  return runCli(args, { cwd, env: { HOME: join(root, `${folder.split('/')[0]}-home`) } })
}

async function json(folder: string, ...args: string[]): Promise<{ run: CliRun; value: never }> {
  const run = await skills(folder, ...args, '--json')
  return { run, value: JSON.parse(run.stdout) as never }
}

/** A folder with the skill as it is published in a version. */
function release(version: string, change: (text: string) => string = (text) => text): string {
  const folder = join(root, 'author', `csv-${version}`, 'csv-report')
  cpSync(join(FIXTURES, 'csv-report'), folder, { recursive: true })
  const markdown = join(folder, 'SKILL.md')
  const text = readFileSync(markdown, 'utf8').replace(/^( +version:).*$/m, `$1 "${version}"`)
  writeFileSync(markdown, change(text))
  return folder
}

test('logs in with a token from stdin, and keeps it to itself', async () => {
  const run = await runCli(['login', '--registry', registry.url, '--token-stdin'], {
    cwd: root,
    env: { HOME: join(root, 'author-home') },
    stdin: `${registry.firstToken}\n`,
  })
  expect(run).toMatchObject({ exit: 0 })
  expect(run.stdout + run.stderr).not.toContain(registry.firstToken)
  const who = await json('author', 'whoami', '--registry', registry.url)
  expect(who.value).toMatchObject({ registry: registry.url })
})

test('a token that the registry does not know is not kept, and one without the right says what is missing', async () => {
  const login = (token: string): Promise<CliRun> =>
    runCli(['login', '--registry', registry.url, '--token-stdin', '--json'], {
      cwd: root,
      env: { HOME: join(root, 'reader-home') },
      stdin: `${token}\n`,
    })
  const unknown = await login(`skw_${'A'.repeat(43)}`)
  expect(unknown.exit).toBe(3)
  expect(JSON.parse(unknown.stdout)).toMatchObject({
    error: { code: 'unauthorized', message: `${registry.url} does not know this token` },
  })
  const data = ['--data', join(root, 'registry')]
  await skills('author', 'registry', 'user', 'add', 'reader', ...data)
  const made = await json('author', 'registry', 'token', 'create', 'reader', '-p', 'publish:@acme/*', ...data)
  const { token } = made.value as { token: string }
  expect((await login(token)).exit).toBe(0)
  const args = [release('0.0.1'), '--registry', registry.url, '--scope', '@acme']
  const { run, value } = await json('reader', 'publish', ...args)
  expect(run.exit).toBe(3)
  expect(value).toMatchObject({ error: { code: 'forbidden', hint: expect.stringContaining('maintainer') } })
})

test('import tells which minor releases ask for more', async () => {
  const folder = join(root, 'imported', 'pdf')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'SKILL.md'), '---\nname: pdf\ndescription: Reads PDF files.\n---\n')
  const from = async (version: string, hosts: string): Promise<unknown> => {
    const toml = `[skill]\nversion = "${version}"\n[capabilities.network]\nhosts = [${hosts}]\n`
    writeFileSync(join(folder, 'skill.toml'), toml)
    const data = ['--scope', '@imported', '--data', join(root, 'registry')]
    return (await json('author', 'registry', 'import', join(root, 'imported'), ...data)).value
  }
  expect(await from('1.0.0', '"a.example"')).toMatchObject({ warnings: [], refused: [] })
  expect(await from('1.1.0', '"*"')).toMatchObject({
    published: [{ version: '1.1.0' }],
    warnings: [{ name: '@imported/pdf', version: '1.1.0', code: 'capability_widened' }],
  })
})

test('publishes once, says so the second time, refuses other content, and is found', async () => {
  const folder = release('1.0.0')
  const args = [folder, '--registry', registry.url, '--scope', '@acme']
  const dry = await json('author', 'publish', ...args, '--dry-run')
  expect(dry.value).toMatchObject({ status: 'checked', name: '@acme/csv-report', version: '1.0.0' })
  const first = await json('author', 'publish', ...args)
  expect(first.value).toMatchObject({ status: 'published', name: '@acme/csv-report' })
  expect((await json('author', 'publish', ...args)).value).toMatchObject({ status: 'unchanged' })
  writeFileSync(join(folder, 'more.md'), 'more')
  expect((await json('author', 'publish', ...args)).value).toMatchObject({
    error: { code: 'version_exists' },
  })
  const found = await json('user', 'search', 'csv', '--registry', registry.url)
  expect(found.value).toMatchObject({
    kind: 'registry',
    results: [{ name: '@acme/csv-report', version: '1.0.0' }],
  })
  const table = await skills('user', 'search', 'csv', '--registry', registry.url)
  expect(table.stdout).toContain('@acme/csv-report')
})

test('adds by range, sees the new version, moves to it, and keeps a yanked one that is locked', async () => {
  const project = 'user/project'
  mkdirSync(join(root, project), { recursive: true })
  writeFileSync(
    join(root, project, 'skills.json'),
    JSON.stringify({ skills: {}, registries: { '@acme': registry.url } }),
  )
  const added = await json(
    project,
    'add',
    '@acme/csv-report@^1',
    '--agent',
    'claude-code',
    '--grant',
    'requested',
  )
  expect(added.value).toMatchObject({
    skills: [{ name: 'csv-report', version: '1.0.0', spec: '@acme/csv-report@^1' }],
  })
  expect((await json(project, 'update', '--check')).value).toMatchObject({ items: [{ status: 'current' }] })

  const next = release('1.1.0', (text) => `${text}\nNow with quoted fields.\n`)
  const published = await json(
    'author',
    'publish',
    next,
    '--registry',
    registry.url,
    '--scope',
    '@acme',
    '--release',
    '1.1.0',
  )
  expect(published.value).toMatchObject({ status: 'published', version: '1.1.0' })
  const check = await json(project, 'update', '--check')
  expect(check.run.exit).toBe(4)
  expect(check.value).toMatchObject({
    items: [{ name: 'csv-report', status: 'available', to: { version: '1.1.0' } }],
  })
  expect((await skills(project, 'update')).exit).toBe(0)

  const yanked = await skills(
    'author',
    'yank',
    '@acme/csv-report@1.1.0',
    '--reason',
    'loses rows',
    '--registry',
    registry.url,
  )
  expect(yanked).toMatchObject({ exit: 0 })
  const clone = 'clone/project'
  cpSync(join(root, project, 'skills.json'), join(root, clone, 'skills.json'))
  cpSync(join(root, project, 'skills.lock'), join(root, clone, 'skills.lock'))
  const restored = await json(clone, 'ci')
  expect(restored.value).toMatchObject({
    skills: [{ name: 'csv-report', version: '1.1.0', status: 'installed' }],
  })
  expect(restored.run.stderr).toContain('1.1.0 was yanked: loses rows')
  expect((await skills(clone, 'verify')).exit).toBe(0)
  expect((await json(clone, 'update', '--check')).value).toMatchObject({
    items: [{ status: 'available', from: { version: '1.1.0' }, to: { version: '1.0.0' } }],
  })
})

test('installs what a skill needs, one version a name, and removes it with the last that needs it', async () => {
  const folder = join(root, 'author', 'weekly', 'weekly-report')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'SKILL.md'),
    '---\nname: weekly-report\ndescription: A report a week.\n---\n\n# Weekly\n',
  )
  writeFileSync(
    join(folder, 'skill.toml'),
    '[skill]\nversion = "0.1.0"\n\n[capabilities]\n\n[dependencies]\ncsv-report = "~1.0"\n',
  )
  const args = [folder, '--registry', registry.url, '--scope', 'acme']
  expect((await json('author', 'publish', ...args)).value).toMatchObject({ status: 'published' })
  const project = 'user/needs'
  const added = await json(
    project,
    'add',
    '@acme/weekly-report',
    '--registry',
    registry.url,
    '--grant',
    'requested',
    '--yes',
  )
  expect(added.value).toMatchObject({
    skills: [
      { name: 'weekly-report', version: '0.1.0' },
      { name: 'csv-report', version: '1.0.0', dependency: true },
    ],
  })
  const manifest = JSON.parse(readFileSync(join(root, project, 'skills.json'), 'utf8')) as { skills: object }
  expect(Object.keys(manifest.skills)).toEqual(['weekly-report'])
  expect((await json(project, 'ci')).value).toMatchObject({ removed: [] })
  expect((await json(project, 'remove', 'weekly-report')).value).toMatchObject({
    removed: ['csv-report', 'weekly-report'],
  })
})

test('publishes from CI with a token and a registry in the environment alone', async () => {
  const run = await runCli(['publish', release('2.0.0'), '--scope', '@acme', '--json'], {
    cwd: root,
    env: {
      HOME: join(root, 'ci-home'),
      SKILLWARD_REGISTRY: registry.url,
      SKILLWARD_TOKEN: registry.firstToken ?? '',
    },
  })
  expect(run).toMatchObject({ exit: 0 })
  expect(JSON.parse(run.stdout)).toMatchObject({ status: 'published', version: '2.0.0' })
})
