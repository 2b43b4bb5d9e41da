import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/cli/table.ts'
import { CODES } from '../../src/errors/codes.ts'
import { VERSION } from '../../src/platform/version.ts'
import { runCli } from '../support/run-cli.ts'

const cwd = mkdtempSync(join(tmpdir(), 'cli-'))

test('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  expect(VERSION).toBe(version)
})

describe('help', () => {
  test('without arguments shows every command that is not hidden', async () => {
    const { stdout, stderr, exit } = await runCli([], { cwd })
    for (const row of COMMANDS) if (!row.hidden) expect(stdout).toContain(row.summary)
    expect(stdout).toBe((await runCli(['--help'], { cwd })).stdout)
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 })
  })

  const rows = COMMANDS.flatMap((row) => [
    [row.name, row] as const,
    ...(row.commands ?? []).map((child) => [`${row.name} ${child.name}`, child] as const),
  ])
  test.each(rows)('of %s shows its options and examples', async (words, row) => {
    const { stdout, exit } = await runCli([...words.split(' '), '--help'], { cwd })
    expect(exit).toBe(0)
    for (const option of row.options ?? []) expect(stdout).toContain(option.flags)
    for (const example of row.examples ?? []) expect(stdout).toContain(`$ ${example}`)
    expect(row.examples?.length ?? 0, 'examples').toBeGreaterThan(row.hidden ? -1 : 0)
    expect(stdout).toContain('--json')
  })

  test('of a command by its alias and by the help command is the same', async () => {
    const help = (await runCli(['help', 'remove'], { cwd })).stdout
    expect(help).toContain('skills remove|rm')
    expect((await runCli(['rm', '--help'], { cwd })).stdout).toBe(help)
  })

  test('is shown when only options are given, and complete with the word help', async () => {
    const { stdout } = await runCli(['--help'], { cwd })
    for (const argv of [['--json'], ['help'], ['-C', '.']]) {
      expect({ argv, ...(await runCli(argv, { cwd })) }).toMatchObject({ argv, stdout, stderr: '', exit: 0 })
    }
  })

  test('works without a home and with a broken environment', async () => {
    const { exit } = await runCli(['--help'], { cwd, env: { HOME: '', SKILLWARD_HOME: 'relative' } })
    expect(exit).toBe(0)
  })

  test('every module of the table can be loaded', async () => {
    for (const [, row] of rows) expect(row.load).toBeTypeOf('function')
    const harmless = ['agents', 'init', 'validate']
    for (const row of COMMANDS) {
      if (harmless.includes(row.name)) expect((await row.load()).run).toBeTypeOf('function')
    }
  })
})

describe('usage errors', () => {
  test.each([
    [['ad'], "Unknown command 'ad'", 'did you mean add?'],
    [['help', 'ad'], "Unknown command 'ad'", 'did you mean add?'],
    [['help', 'xyzzy', '--no-color'], "Unknown command 'xyzzy'", 'skills --help'],
    [['lisst', '--json-'], "Unknown command 'lisst'", 'did you mean list?'],
    [['add', './x', '--agnet', 'codex'], "Unknown option '--agnet'", 'did you mean --agent?'],
    [['info'], "Missing required argument 'name'", 'see `skills info --help`'],
    [['list', 'pdf'], "Too many arguments for 'list'", 'see `skills list --help`'],
    [['install', 'owner/repo'], 'install takes no source', 'skills add SOURCE'],
    [['add', './x', '--as'], "Option '--as <name>' argument missing", 'skills add --help'],
    [['capabilities', 'grant'], 'Missing required argument', '--help'],
    [['remove'], 'No skill is named', 'skills remove NAME'],
    [['-C', 'no-such-folder', 'agents'], 'There is no directory no-such-folder', '-C'],
    [['i', '--as', 'x'], '--as needs a source', 'skills add SOURCE'],
    [['run', 'a'], "Unknown command 'run'", '`skills --help`'],
    [['-C', 'a', 'rnu', 'ls'], "Unknown command 'rnu'", 'skills --help'],
    [['--no-color', 'list', 'add'], "Too many arguments for 'list'", '`skills list --help`'],
    [
      ['capabilities', 'revoke', '--kid', 'list'],
      "Unknown option '--kid'",
      'skills capabilities revoke --help',
    ],
    [['add', './x', '--skill', 'pdf', 'csv'], 'csv is not a source', '--skill pdf,csv'],
    [['add', './x', '-s', 'pdf', 'csv', 'txt'], 'csv is not a source', '--skill pdf,csv,txt'],
    [['init', 'x', '--project'], '--project takes no name', 'skills.json'],
  ])('%j exits 2 and says what was meant', async (argv, message, hint) => {
    const { stdout, stderr, exit } = await runCli(argv, { cwd })
    expect(stderr).toContain(`error: ${message}`)
    expect(stderr).toContain(hint)
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 2 })
  })

  test('shows no control characters of what was typed', async () => {
    const { stderr } = await runCli(['list\u001b[31m\u202e'], { cwd })
    expect(stderr).not.toContain('\u001b')
    expect(stderr).not.toContain('\u202e')
  })

  test('are one JSON value on stdout with --json', async () => {
    const { stdout, stderr, exit } = await runCli(['add', '--json', '--nope'], { cwd })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', message: "Unknown option '--nope'" } })
    expect({ stderr, exit }).toEqual({ stderr: '', exit: CODES.usage.exit })
  })

  test('after -- are arguments', async () => {
    const { stdout, exit } = await runCli(['list', '--', '--json'], { cwd })
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 2 })
  })
})

describe('surroundings', () => {
  test('no home is a typed error', async () => {
    const { stdout, exit } = await runCli(['agents', '--json'], { cwd, env: { HOME: '' } })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'home_missing' } })
    expect(exit).toBe(1)
  })

  test('-C works in another directory, before and after the command', async () => {
    mkdirSync(join(cwd, 'there'), { recursive: true })
    const before = await runCli(['-C', 'there', 'init', 'one', '--json'], { cwd })
    expect(JSON.parse(before.stdout)).toMatchObject({ path: join(cwd, 'there/one') })
    const after = await runCli(['init', 'two', '--json', '--cwd', 'there'], { cwd })
    expect(JSON.parse(after.stdout)).toMatchObject({ path: join(cwd, 'there/two') })
  })

  test('colours follow the terminal, the environment and the flag, in rising order', async () => {
    const coloured = async (
      argv: string[],
      env: Record<string, string>,
      columns?: number,
    ): Promise<boolean> => {
      const { stdout } = await runCli(['agents', '--all', ...argv], {
        cwd,
        env,
        ...(columns === undefined ? {} : { columns }),
      })
      return stdout.includes('\u001b[')
    }
    expect(await coloured([], {})).toBe(false)
    expect(await coloured([], {}, 80)).toBe(true)
    expect(await coloured([], { TERM: 'dumb' }, 80)).toBe(false)
    expect(await coloured([], { NO_COLOR: '1' }, 80)).toBe(false)
    expect(await coloured([], { FORCE_COLOR: '1' })).toBe(true)
    expect(await coloured(['--no-color'], { FORCE_COLOR: '1' }, 80)).toBe(false)
    expect(await coloured(['--color'], { NO_COLOR: '1' })).toBe(true)
  })

  test('an interrupt ends with 130, a termination with 143, and a second one at once', async () => {
    const project = mkdtempSync(join(tmpdir(), 'cli-'))
    const interrupted = await runCli(['validate', 'missing'], { cwd: project, signals: ['SIGINT'] })
    expect(interrupted).toMatchObject({ exit: 130, stdout: '', aborts: [] })
    expect(interrupted.stderr).toBe('Cancelled\n')
    const terminated = await runCli(['validate', 'missing'], {
      cwd: project,
      signals: ['SIGTERM', 'SIGTERM'],
    })
    expect(terminated).toMatchObject({ exit: 143, aborts: [143] })
  })
})
