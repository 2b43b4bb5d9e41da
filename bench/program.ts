// Where the program under test is. Another Node binary gets a copy beside a database driver that was built for it, since
// native modules fit one Node only.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const DRIVER = 'better-sqlite3'

/** The version of a Node binary, such as `v24.1.0`. */
export function nodeVersion(node: string): string {
  return execFileSync(node, ['--version']).toString().trim()
}

/** The bin of a copy of the build, so that a build during the bench changes nothing; with a driver for this Node. */
export function programFor(node: string, { scratch, runs }: { scratch: string; runs: string }): string {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: { skills: string } }
  if (!existsSync(join(ROOT, bin.skills))) throw new Error(`There is no ${bin.skills}; run "npm run build"`)
  const copy = join(runs, 'program')
  cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true })
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'))
  const modules = join(copy, 'node_modules')
  const major = nodeVersion(node).split('.')[0] ?? ''
  if (major === process.version.split('.')[0]) symlinkSync(join(ROOT, 'node_modules'), modules)
  else linkModules(modules, driverFor(major, scratch))
  return join(copy, bin.skills)
}

function driverFor(major: string, scratch: string): string {
  const folder = join(scratch, `driver-${major}`)
  if (!existsSync(join(folder, 'node_modules', DRIVER))) {
    execFileSync('npm', ['install', '--silent', '--no-audit', '--prefix', folder, `${DRIVER}@13`])
  }
  return folder
}

function linkModules(folder: string, driver: string): void {
  mkdirSync(folder)
  const modules = join(ROOT, 'node_modules')
  for (const name of readdirSync(modules)) {
    if (name !== DRIVER && !name.startsWith('.')) symlinkSync(join(modules, name), join(folder, name))
  }
  symlinkSync(join(driver, 'node_modules', DRIVER), join(folder, DRIVER))
}
