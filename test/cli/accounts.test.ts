import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { serve, type RunningRegistry } from '../../registry-server/main.ts'
import { addToken, addUser } from '../../registry-server/services/users.ts'
import { type CliRun, runCli } from '../support/run-cli.ts'

let registry: RunningRegistry
let root: string
const tokens: Record<string, string> = {}

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'skillward-test-'))
  registry = await serve({ data: join(root, 'registry'), port: 0 })
  tokens.admin = registry.firstToken ?? ''
  const db = await openRegistryDatabase(join(root, 'registry', 'registry.sqlite'))
  const context = { db, now: () => new Date() }
  for (const name of ['ada', 'bob']) {
    await addUser(context, { name, admin: false })
    tokens[name] = (await addToken(context, { user: name, name, permissions: ['admin'] })).token
  }
  await db.close()
})
afterAll(async () => {
  await registry.close()
  rmSync(root, { recursive: true, force: true })
})

function as(who: string | undefined, ...args: string[]): Promise<CliRun> {
  const env = {
    HOME: join(root, 'home'),
    SKILLWARD_REGISTRY: registry.url,
    ...(who !== undefined && { SKILLWARD_TOKEN: tokens[who] ?? '' }),
  }
  return runCli(args, { cwd: root, env })
}

async function json(who: string, ...args: string[]): Promise<unknown> {
  return JSON.parse((await as(who, ...args, '--json')).stdout)
}

async function codeOf(who: string | undefined, ...args: string[]): Promise<string> {
  const run = await as(who, ...args, '--json')
  const { error } = JSON.parse(run.stdout) as { error: { code: string } }
  return `${error.code} ${run.exit}`
}

test('a scope is made by its owner, who says who reads it and who may publish there', async () => {
  expect(await json('ada', 'scope', 'create', '@acme', '--private')).toMatchObject({
    scope: '@acme',
    public: false,
    members: [{ user: 'ada', role: 'owner' }],
    publishers: [],
  })
  expect(await codeOf('ada', 'scope', 'create', 'acme')).toBe('conflict 1')
  expect(await codeOf('bob', 'scope', 'info', '@acme')).toMatch(/^(?:not_found|forbidden) /)
  expect(await json('ada', 'scope', 'member', '@acme', 'bob', '--role', 'reader')).toMatchObject({
    members: [
      { user: 'ada', role: 'owner' },
      { user: 'bob', role: 'reader' },
    ],
  })
  expect(await json('bob', 'scope', 'info', '@acme')).not.toHaveProperty('publishers')
  expect(await codeOf('bob', 'scope', 'set', '@acme', '--public')).toBe('forbidden 3')
  expect(await json('ada', 'scope', 'set', '@acme', '--public')).toMatchObject({ public: true })
  expect(await codeOf('ada', 'scope', 'member', '@acme', 'ada', '--remove')).toBe('conflict 1')
  expect(await codeOf('ada', 'scope', 'member', '@acme', 'nobody', '--role', 'reader')).toBe('not_found 1')
  expect(await json('ada', 'scope', 'member', '@acme', 'bob', '--remove')).toMatchObject({
    members: [{ user: 'ada' }],
  })
})

test('who takes himself out of a private scope is told that he does not see it any more', async () => {
  await as('ada', 'scope', 'create', '@left', '--private')
  await as('ada', 'scope', 'member', '@left', 'bob', '--role', 'owner')
  const left = await as('ada', 'scope', 'member', '@left', 'ada', '--remove')
  expect(left).toMatchObject({ exit: 0, stdout: 'You do not see @left any more.\n' })
})

test('a CI job is trusted by its claims until the trust is ended', async () => {
  await as('ada', 'scope', 'create', '@jobs')
  const claims = ['--claim', 'repository=acme/skills', '--claim', 'repository_owner_id=1234567']
  const issuer = ['--issuer', 'https://ci.example.org']
  const trusted = (await json('ada', 'scope', 'trust', '@jobs', ...issuer, ...claims)) as {
    publishers: { id: string; claims: object }[]
  }
  expect(trusted.publishers).toMatchObject([
    { claims: { repository: 'acme/skills', repository_owner_id: '1234567' } },
  ])
  const shown = (await as('ada', 'scope', 'info', '@jobs')).stdout
  expect(shown).toContain('repository=acme/skills repository_owner_id=1234567')
  expect(await codeOf('ada', 'scope', 'trust', '@jobs', ...issuer, '--claim', 'repository')).toBe('usage 2')
  expect(await codeOf('ada', 'scope', 'trust', '@jobs', '--claim', 'a=b')).toBe('usage 2')
  expect(await codeOf('ada', 'scope', 'untrust', '@jobs', '999')).toBe('not_found 1')
  expect(await json('ada', 'scope', 'untrust', '@jobs', trusted.publishers[0]?.id ?? '')).toMatchObject({
    publishers: [],
  })
})

test('a token is shown once, lists without its text, and ends when it is revoked', async () => {
  const made = await as(
    'ada',
    'token',
    'create',
    '--name',
    'ci',
    '--permission',
    'publish:@acme/*',
    '--days',
    '9',
  )
  const text = made.stdout.trim()
  expect(text).toMatch(/^skw_\w+$/)
  expect(made.stderr).toBe('')
  tokens.made = text
  expect(await json('made', 'whoami')).toMatchObject({ user: 'ada' })
  const listed = (await json('ada', 'token', 'list')) as { tokens: { id: string; name: string }[] }
  expect(JSON.stringify(listed)).not.toContain(text)
  const id = listed.tokens.find(({ name }) => name === 'ci')?.id ?? ''
  expect((await as('ada', 'token', 'list')).stdout).toMatch(/ci +publish:@acme\/\* +\d{4}-\d\d-\d\d/)
  expect((await as('ada', 'token', 'revoke', id)).stdout).toBe(
    `Revoked the token ${id} in ${registry.url}.\n`,
  )
  expect(await codeOf('made', 'whoami')).toBe('unauthorized 3')
  expect(await codeOf('ada', 'token', 'revoke', id)).toMatch(/^not_found /)
  expect(await codeOf('ada', 'token', 'create', '--permission', 'everything')).toBe('usage 2')
  const written = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => join(root, path))
    .filter((path) => statSync(path).isFile())
  for (const path of written) expect(readFileSync(path).includes(text)).toBe(false)
})

test.each([
  'scope info no+scope',
  'scope set @acme',
  'scope set @acme --public --private',
  'scope member @acme bob',
  'scope member @acme bob --role king',
  'scope member @acme .. --remove',
  'scope untrust @acme ..',
  'token revoke ..',
  'scope',
  'token',
])('%s is a mistake of the command line', async (line) => {
  expect(await codeOf('ada', ...line.split(' '))).toBe('usage 2')
})

test('who is not logged in is told how', async () => {
  const run = await as(undefined, 'scope', 'create', '@acme')
  expect([run.exit, run.stderr]).toEqual([3, expect.stringContaining('skills login --registry')])
})
