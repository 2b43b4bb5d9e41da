// Makes the inputs once and keeps them: a git repository of 415 files with 18 skills, and 1,000 small skills as archives
// and as npm packages. Always the same bytes.
import { createHash } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { file, tar } from '../test/support/tar-builder.ts'
import { markdown, noise, python, skillMd, xml } from './content.ts'

/** Changes when the inputs do. */
const VERSION = 5

/** The small skill of the repository: 12 files, 66 KB. */
export const ONE_SKILL = 'pdf'

const SKILLS = (
  `${ONE_SKILL} art-studio brand-guide canvas-design chat-bot-maker doc-writer excel-sheets frontend-design gif-maker ` +
  'internal-news mcp-maker slide-decks review-code skill-maker theme-shop unit-tests web-artifacts web-testing'
).split(' ')

/** How many small skills there are. */
export const SMALL_SKILLS = 1000

export interface Fixtures {
  /** Bare repositories, as a git server serves them: `bench/skills.git`, and `bench/skills-1.git` … the same. */
  readonly gitRoot: string
  /** `skill-0000.tgz` …, and `names.json`. */
  readonly archives: string
  /** `skill-0000.tgz` … as npm packs them. */
  readonly packages: string
  /** Names of the repository's skills. */
  readonly skills: readonly string[]
}

/** Copies of the repository at addresses of their own. */
export const REPOSITORIES = 8

/** Name of the small skill with this number. */
export function smallName(index: number): string {
  return `skill-${String(index).padStart(4, '0')}`
}

/** The inputs below `scratch`, made when they are not there. */
export function makeFixtures(scratch: string): Fixtures {
  const root = join(scratch, `fixtures-${VERSION}`)
  const fixtures = {
    gitRoot: join(root, 'git'),
    archives: join(root, 'archives'),
    packages: join(root, 'packages'),
    skills: SKILLS,
  }
  if (existsSync(root)) return fixtures
  const making = `${root}.making-${process.pid}`
  makeRepository(join(making, 'git'), join(making, 'tree'))
  makeSmallSkills(join(making, 'archives'), join(making, 'packages'))
  renameSync(making, root)
  return fixtures
}

function makeRepository(gitRoot: string, tree: string): void {
  for (const [path, bytes] of repositoryFiles()) write(join(tree, path), bytes)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'init.defaultBranch=main', ...args], {
      cwd: tree,
      env: {
        PATH: process.env.PATH,
        HOME: tree,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_AUTHOR_NAME: 'bench',
        GIT_AUTHOR_EMAIL: 'bench@example.org',
        GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
        GIT_COMMITTER_NAME: 'bench',
        GIT_COMMITTER_EMAIL: 'bench@example.org',
        GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
      },
    })
  git('init', '-q')
  git('add', '.')
  git('commit', '-q', '-m', 'skills')
  mkdirSync(join(gitRoot, 'bench'), { recursive: true })
  git('clone', '-q', '--bare', tree, join(gitRoot, 'bench', 'skills.git'))
  git('-C', join(gitRoot, 'bench', 'skills.git'), 'repack', '-adq')
  for (let copy = 1; copy <= REPOSITORIES; copy += 1) {
    symlinkSync('skills.git', join(gitRoot, 'bench', `skills-${copy}.git`))
  }
}

/** 415 files, 10.5 MB, 4.2 MB packed: 12 in the small skill, 5 at the root, the rest in 17 skills. */
function repositoryFiles(): [string, Buffer][] {
  const files: [string, Buffer][] = [
    'README.md',
    'LICENSE.md',
    'CONTRIBUTING.md',
    'docs/spec.md',
    'docs/faq.md',
  ].map((path) => [path, markdown(path, 6000)])
  files.push([`skills/${ONE_SKILL}/SKILL.md`, skillMd(ONE_SKILL, 8000)])
  for (let at = 0; at < 3; at += 1) {
    const path = `skills/${ONE_SKILL}/reference-${at}.md`
    files.push([path, markdown(path, 10_000)])
  }
  for (let at = 0; at < 8; at += 1) {
    const path = `skills/${ONE_SKILL}/scripts/step_${at}.py`
    files.push([path, python(path, 3500)])
  }
  for (const [index, name] of SKILLS.slice(1).entries()) {
    files.push([`skills/${name}/SKILL.md`, skillMd(name, 9000)])
    for (let at = 0; at < (index < 7 ? 23 : 22); at += 1) files.push(largeSkillFile(name, at))
  }
  return files
}

function largeSkillFile(name: string, at: number): [string, Buffer] {
  const folder = `skills/${name}`
  if (at % 4 === 0) return [`${folder}/scripts/tool_${at}.py`, python(`${name}${at}`, 8000)]
  if (at % 4 === 1) return [`${folder}/reference/topic-${at}.md`, markdown(`${name}${at}`, 16_000)]
  if (at % 4 === 2) return [`${folder}/assets/font-${at}.ttf`, noise(`${name}${at}`, 33_000)]
  return [`${folder}/schemas/part-${at}.xsd`, xml(`${name}${at}`, 55_000)]
}

function makeSmallSkills(archives: string, packages: string): void {
  for (let index = 0; index < SMALL_SKILLS; index += 1) {
    const name = smallName(index)
    const files = smallSkillFiles(name)
    const manifest = Buffer.from(JSON.stringify({ name, version: '1.0.0' }))
    write(join(archives, `${name}.tgz`), packed(name, files))
    write(join(packages, `${name}.tgz`), packed('package', [['package.json', manifest], ...files]))
  }
}

/** 5 files, 20 KB. */
function smallSkillFiles(name: string): [string, Buffer][] {
  return [
    ['SKILL.md', skillMd(name, 4096)],
    ['references/formats.md', markdown(`${name} formats`, 4096)],
    ['references/examples.md', markdown(`${name} examples`, 4096)],
    ['references/errors.md', markdown(`${name} errors`, 4096)],
    ['scripts/run.py', python(`${name} run`, 4096)],
  ]
}

function packed(folder: string, files: readonly [string, Buffer][]): Buffer {
  return gzipSync(tar(...files.map(([path, bytes]) => file(`${folder}/${path}`, bytes))))
}

/** What npm registries call the integrity of a package. */
export function npmIntegrity(bytes: Buffer): string {
  return `sha512-${createHash('sha512').update(bytes).digest('base64')}`
}

function write(path: string, bytes: Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
