// Installs the packed package with each package manager on each Node, and adds a skill with it. It asks the npm registry for
// everything, so it is a command of its own (`npm run test:installs`) and no test. Words choose rows: `… yarn 22`.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'installs-'))

interface Manager {
  readonly name: string
  /** `package@version` on the npm registry; npm itself is taken as it is. */
  readonly from?: string
  readonly bin?: string
  readonly args: readonly string[]
  readonly files?: Readonly<Record<string, string>>
  /** How a command of the project is run, where it does not lie in node_modules. */
  readonly run?: readonly string[]
  /** Without a driver this must end with one clear message. */
  readonly needsScripts?: boolean
}

const TARBALL = '../skillward.tgz'
const berry = { from: '@yarnpkg/cli-dist@4', bin: '@yarnpkg/cli-dist/bin/yarn.js' }
const MANAGERS: readonly Manager[] = [
  { name: 'npm', args: ['install', TARBALL] },
  { name: 'npm --ignore-scripts', args: ['install', '--ignore-scripts', TARBALL], needsScripts: true },
  {
    name: 'pnpm',
    from: 'pnpm@10',
    bin: 'pnpm/bin/pnpm.cjs',
    args: ['add', '--allow-build=better-sqlite3', TARBALL],
  },
  {
    name: 'pnpm without scripts',
    from: 'pnpm@10',
    bin: 'pnpm/bin/pnpm.cjs',
    args: ['add', TARBALL],
    needsScripts: true,
  },
  { name: 'yarn 1', from: 'yarn@1', bin: 'yarn/bin/yarn.js', args: ['add', `file:${TARBALL}`] },
  {
    name: 'yarn 4',
    ...berry,
    args: ['add', `skillward@file:${TARBALL}`],
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\n', 'yarn.lock': '' },
  },
  {
    name: 'yarn 4 pnp',
    ...berry,
    args: ['add', `skillward@file:${TARBALL}`],
    files: { 'yarn.lock': '' },
    run: ['run', 'skills'],
  },
]

function npm(...args: readonly string[]): void {
  execFileSync('npm', args, { cwd: scratch, stdio: 'ignore' })
}

/** The folder of a Node's binary; undefined for the one that runs this. */
function nodeFolder(major: string): string | undefined {
  if (process.version.startsWith(`v${major}.`)) return undefined
  const folder = join(scratch, `node-${major}`)
  if (!existsSync(folder)) npm('install', '--silent', '--prefix', folder, `node@${major}`)
  return join(folder, 'node_modules', 'node', 'bin')
}

function tool({ from, bin }: Manager): readonly string[] {
  if (from === undefined || bin === undefined) return ['npm']
  const folder = join(scratch, 'tools')
  if (!existsSync(join(folder, 'node_modules', bin))) npm('install', '--silent', '--prefix', folder, from)
  return ['node', join(folder, 'node_modules', bin)]
}

/** `works`, `says driver_missing`, or what went wrong. */
function attempt(manager: Manager, major: string): string {
  const project = mkdtempSync(join(scratch, 'project-'))
  const home = join(project, 'home')
  mkdirSync(home)
  cpSync(join(ROOT, 'fixtures', 'skills', 'csv-report'), join(project, 'csv-report'), { recursive: true })
  const files = { 'package.json': '{"name":"trial","version":"1.0.0","private":true}', ...manager.files }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, name), text)
  const folder = nodeFolder(major)
  const env = { ...process.env, PATH: [folder, process.env.PATH].filter(Boolean).join(':') }
  const start = (argv: readonly string[], more: Record<string, string> = {}) =>
    spawnSync(argv[0] ?? '', argv.slice(1), { cwd: project, env: { ...env, ...more }, encoding: 'utf8' })
  const [...command] = tool(manager)
  const installed = start([...command, ...manager.args])
  if (installed.status !== 0) return `install fails: ${installed.stderr.trim().split('\n').at(-1)}`
  const skills = manager.run ? [...command, ...manager.run] : ['node_modules/.bin/skills']
  const grant = ['--yes', '--grant', 'requested']
  const added = start([...skills, 'add', './csv-report', '--agent', 'universal', ...grant], {
    SKILLWARD_HOME: home,
  })
  if (added.status === 0) return 'works'
  const said = `${added.stdout}${added.stderr}`
  if (said.includes('driver_missing') && manager.needsScripts) return 'says driver_missing'
  return `add fails (${added.signal ?? added.status}): ${said.trim().split('\n').slice(0, 3).join(' | ')}`
}

const words = process.argv.slice(2)
const chosen = (text: string, kind: RegExp): boolean => {
  const own = words.filter((word) => kind.test(word))
  return own.length === 0 || own.some((word) => text.startsWith(word))
}
let bad = false
try {
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', scratch], { cwd: ROOT })
  execFileSync('sh', ['-c', 'mv skillward-*.tgz skillward.tgz'], { cwd: scratch })
  for (const manager of MANAGERS.filter(({ name }) => chosen(name, /^[a-z]/))) {
    for (const major of ['20', '22', '24'].filter((each) => chosen(each, /^\d/))) {
      const result = attempt(manager, major)
      if (!/^(?:works|says)/.test(result)) bad = true
      console.log(`| ${manager.name} | ${major} | ${result} |`)
    }
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
process.exitCode = bad ? 1 : 0
