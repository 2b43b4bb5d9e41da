// A project with a home of its own, for command lines that are compared word by word: what differs from run to run
// (temporary folders, times, the user's name) is replaced by a word.
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { runCli } from './run-cli.ts'

export interface Said {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

export interface CliProject {
  readonly root: string
  readonly home: string
  readonly project: string
  /** Runs one command line in the project. */
  run(...argv: readonly string[]): Promise<Said>
  /** The same with `--json`: the value that stands on stdout, and what stands beside it. */
  json(...argv: readonly string[]): Promise<{ value: unknown; stderr: string; exit: number }>
}

/** Fresh folders, removed after the test. Nobody is at a terminal. */
export function cliProject(): CliProject {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'skillward-test-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const [home, project] = [join(root, 'home'), join(root, 'project')]
  for (const path of [home, project]) mkdirSync(path)
  const env = { HOME: home, PATH: process.env.PATH ?? '' }
  const run = async (...argv: readonly string[]): Promise<Said> => {
    const { stdout, stderr, exit } = await runCli(argv, { cwd: project, env })
    return { stdout: steady(stdout, root), stderr: steady(stderr, root), exit }
  }
  return {
    root,
    home,
    project,
    run,
    json: async (...argv) => {
      const { stdout, stderr, exit } = await run(...argv, '--json')
      return { value: JSON.parse(stdout) as unknown, stderr, exit }
    },
  }
}

function steady(text: string, root: string): string {
  return text
    .replaceAll(root, '<root>')
    .replace(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>')
    .replaceAll(`  ${userInfo().username}\n`, '  <user>\n')
}
