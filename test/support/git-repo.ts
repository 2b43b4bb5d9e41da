// Real git repositories in temporary folders, made from maps of files, and what tests need around them.
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readSettings } from '../../src/platform/env.ts'
import type { SourceIo } from '../../src/sources/source.ts'

/** Text or bytes of a file, or a link. */
export type RepoFile = string | Uint8Array | { readonly link: string }

export interface TestRepo {
  /** The work tree. */
  readonly dir: string
  /** `file:` URL of it. */
  readonly url: string
  /** Replaces the files named (`undefined` removes), commits everything and gives the commit id. */
  commit(files: Readonly<Record<string, RepoFile | undefined>>, message?: string): string
  /** Runs git in it and gives what it prints. */
  git(...args: string[]): string
}

const ENV = {
  PATH: process.env.PATH,
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Test',
  GIT_AUTHOR_EMAIL: 'test@example.org',
  GIT_COMMITTER_NAME: 'Test',
  GIT_COMMITTER_EMAIL: 'test@example.org',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
}

/** Runs git in a folder with nobody's configuration. */
export function git(dir: string, args: readonly string[], input?: string | Uint8Array): string {
  return execFileSync('git', ['-c', 'core.autocrlf=false', ...args], {
    cwd: dir,
    env: ENV,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(input !== undefined && { input }),
  })
    .toString()
    .trimEnd()
}

/** A fresh temporary folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'skillward-test-'))
}

/** A repository on branch `main` with one commit of these files. */
export function makeRepo(
  files: Readonly<Record<string, RepoFile>>,
  dir: string = temporaryFolder(),
): TestRepo {
  mkdirSync(dir, { recursive: true })
  git(dir, ['init', '--quiet', '--initial-branch=main', '--template='])
  const repo: TestRepo = {
    dir,
    url: pathToFileURL(dir).href,
    git: (...args) => git(dir, args),
    commit: (changes, message = 'change') => {
      writeFiles(dir, changes)
      git(dir, ['add', '--all', '--force'])
      git(dir, ['commit', '--quiet', '--allow-empty', '--message', message])
      return git(dir, ['rev-parse', 'HEAD'])
    },
  }
  repo.commit(files, 'first')
  return repo
}

function writeFiles(dir: string, files: Readonly<Record<string, RepoFile | undefined>>): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(dir, path)
    rmSync(target, { force: true, recursive: true })
    if (content === undefined) continue
    mkdirSync(dirname(target), { recursive: true })
    if (typeof content === 'object' && 'link' in content) symlinkSync(content.link, target)
    else {
      writeFileSync(target, content)
      if (content.toString().startsWith('#!')) chmodSync(target, 0o755)
    }
  }
}

/** A copy without work tree, to be served: `<root>/<name>`, for example `owner/repo.git`. */
export function publishBare(repo: TestRepo, root: string, name: string): string {
  const bare = join(root, name)
  mkdirSync(dirname(bare), { recursive: true })
  git(repo.dir, ['clone', '--quiet', '--bare', '--template=', repo.dir, bare])
  return bare
}

/** One entry of a raw tree; modes as git stores them: 100644, 40000, 120000, 160000. */
export interface RawEntry {
  readonly mode: string
  readonly path: string
  readonly id: string
}

/** Stores bytes as a blob and gives its id. */
export function rawBlob(repo: TestRepo, bytes: string | Uint8Array): string {
  return git(repo.dir, ['hash-object', '-w', '--stdin'], bytes)
}

/** Stores a tree of names that no work tree could hold, and gives its id. */
export function rawTree(repo: TestRepo, entries: readonly RawEntry[]): string {
  const bytes = entries.map(({ mode, path, id }) =>
    Buffer.concat([Buffer.from(`${mode} ${path}\0`), Buffer.from(id, 'hex')]),
  )
  return git(repo.dir, ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat(bytes))
}

/** Commits a raw tree on `main` and gives the commit id. */
export function commitTree(repo: TestRepo, tree: string): string {
  const commit = git(repo.dir, ['commit-tree', tree, '-m', 'raw'])
  git(repo.dir, ['update-ref', 'refs/heads/main', commit])
  return commit
}

/** What a source may use, in fresh folders. `env` adds to a bare environment. */
export function testIo(
  options: { readonly env?: Record<string, string>; readonly offline?: boolean; readonly home?: string } = {},
): SourceIo & { readonly reports: string[] } {
  const home = options.home ?? temporaryFolder()
  const env = { PATH: process.env.PATH, HOME: home, ...options.env }
  const reports: string[] = []
  return {
    settings: readSettings(env, home),
    signal: new AbortController().signal,
    offline: options.offline ?? false,
    root: home,
    report: (message) => reports.push(message),
    reports,
  }
}
