// An operator takes a version out; whoever asks for it afterwards, with a lock or without, is told why.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve, type RunningRegistry } from '../../registry-server/main.ts'
import { artifactOf, filesToPublish, push } from '../support/catalogue.ts'
import { runCli, type CliRun } from '../support/run-cli.ts'

const REASON = "holds a customer's data"

let registry: RunningRegistry
let root: string
let data: string

async function skills(folder: string, ...args: string[]): Promise<CliRun> {
  const cwd = join(root, folder)
  mkdirSync(cwd, { recursive: true })
  return runCli(args, { cwd, env: { HOME: join(root, `${folder}-home`) } })
}

const remove = (...args: string[]): Promise<CliRun> =>
  skills('operator', 'registry', 'remove', ...args, '--data', data)

/** A project whose lock names the version in that range. */
async function project(folder: string, range: string): Promise<void> {
  mkdirSync(join(root, folder))
  writeFileSync(
    join(root, folder, 'skills.json'),
    JSON.stringify({ skills: {}, registries: { '@acme': registry.url } }),
  )
  const added = await skills(folder, 'add', `@acme/pdf@${range}`, '--yes', '--agent', 'claude-code')
  expect(added).toMatchObject({ exit: 0 })
}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  data = join(root, 'registry')
  registry = await serve({ data, port: 0 })
  const send = (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers)
    headers.set('authorization', `Bearer ${registry.firstToken}`)
    return fetch(new URL(path, registry.url), { ...init, headers })
  }
  for (const [name, versions] of [
    ['@acme/pdf', ['1.0.0', '1.1.0', '1.2.0']],
    ['@acme/only', ['0.1.0']],
  ] as const) {
    for (const version of versions) {
      const skill = { name, version, files: { 'v.txt': `of ${version}` } }
      expect((await push(send, artifactOf(skill, filesToPublish(skill)))).status).toBe(201)
    }
  }
  await project('pinned', '1.2.0')
  await project('ranged', '^1')
  const removed = await remove('@acme/pdf@1.2.0', '--reason', REASON)
  expect(removed).toMatchObject({ exit: 0 })
  expect(removed.stdout).toContain('Took @acme/pdf 1.2.0 out. The current version is 1.1.0.')
})
afterAll(async () => {
  await registry.close()
  rmSync(root, { recursive: true, force: true })
})

describe('the command', () => {
  test('is explained with an example', async () => {
    const { exit, stdout } = await skills('operator', 'registry', 'remove', '--help')
    expect(exit).toBe(0)
    expect(stdout).toContain('skills registry remove @acme/pdf@1.2.0 --reason')
  })

  test.each([
    ['a version that was never there', ['@acme/pdf@9.0.0', '--reason', 'x'], 1, 'version_not_found'],
    ['a skill that was never there', ['@acme/nothing@1.0.0', '--reason', 'x'], 1, 'skill_not_found'],
    ['what is out already', ['@acme/pdf@1.2.0', '--reason', 'x'], 3, 'version_removed'],
    ['no reason', ['@acme/pdf@1.0.0'], 2, 'usage'],
    ['an empty reason', ['@acme/pdf@1.0.0', '--reason', ''], 2, 'usage'],
    ['a reason of two lines', ['@acme/pdf@1.0.0', '--reason', 'a\nb'], 2, 'usage'],
    ['a range', ['@acme/pdf@^1', '--reason', 'x'], 2, 'usage'],
    ['no version', ['@acme/pdf', '--reason', 'x'], 2, 'usage'],
    ['nothing', ['--reason', 'x'], 2, 'usage'],
  ] as const)('refuses %s and takes nothing out', async (_what, args, exit, code) => {
    const run = await remove(...args, '--json')
    expect(run.exit).toBe(exit)
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code, hint: expect.any(String) } })
    const document = await (await fetch(`${registry.url}/api/v1/skills/@acme/pdf`)).json()
    expect(document).toMatchObject({ versions: [{ version: '1.1.0' }, { version: '1.0.0' }] })
  })

  test('gives a program the name, the version, the reason, and what a plain name means now', async () => {
    const run = await remove('@acme/only@0.1.0', '--reason', REASON, '--json')
    expect(run.exit).toBe(0)
    const result: unknown = JSON.parse(run.stdout)
    expect(result).toMatchObject({ name: '@acme/only', version: '0.1.0', reason: REASON })
    expect(result).not.toHaveProperty('current')
  })
})

describe('whoever asks for it afterwards', () => {
  test.each([
    ['info', ['info', '@acme/pdf@1.2.0']],
    ['add', ['add', '@acme/pdf@1.2.0', '--yes']],
    ['add of a skill of which nothing is left', ['add', '@acme/only', '--yes']],
  ])('is told by %s', async (_what, args) => {
    const run = await skills('asker', ...args, '--registry', registry.url)
    expect(run.exit).toBe(3)
    expect(run.stderr).toContain('was taken out of the registry')
    expect(run.stderr).toContain(REASON)
    expect(run.stderr).toContain('code: version_removed')
  })

  test('with a lock that names it is told by ci, which changes nothing', async () => {
    const lock = readFileSync(join(root, 'pinned', 'skills.lock'), 'utf8')
    mkdirSync(join(root, 'clone'))
    for (const name of ['skills.json', 'skills.lock']) {
      writeFileSync(join(root, 'clone', name), readFileSync(join(root, 'pinned', name)))
    }
    const run = await skills('clone', 'ci')
    expect(run.exit).toBe(3)
    expect(run.stderr).toContain(REASON)
    expect(run.stderr).toContain('code: version_removed')
    expect(readFileSync(join(root, 'clone', 'skills.lock'), 'utf8')).toBe(lock)
  })

  test('who has it installed keeps it, and update says that it is gone and what there is instead', async () => {
    expect((await skills('pinned', 'verify')).exit).toBe(0)
    const pinned = await skills('pinned', 'update', '--check', '--json')
    expect(JSON.parse(pinned.stdout)).toMatchObject({
      items: [{ name: 'pdf', status: 'gone', error: { code: 'version_removed' } }],
    })
    const ranged = await skills('ranged', 'update', '--check', '--json')
    expect(JSON.parse(ranged.stdout)).toMatchObject({
      items: [{ name: 'pdf', from: { version: '1.2.0' }, to: { version: '1.1.0' } }],
    })
  })

  test('on the page of the skill reads the reason', async () => {
    const page = await (await fetch(`${registry.url}/skills/@acme/pdf`)).text()
    expect(page).toContain('Taken out of the registry')
    expect(page).toContain('holds a customer')
  })
})
