// Projects of N small skills: locked by really running the program once, with a store that has them all; and the same
// as npm packages for pnpm.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, cleanEnv, fresh, skills } from './context.ts'
import { smallName } from './fixtures.ts'
import { type Command, run } from './measure.ts'

/** A project and the home whose store has everything that it locks. */
export interface Place {
  readonly cwd: string
  readonly home: string
}

export type PnpmName = 'pnpm 10' | 'pnpm 12'

const locked = new Map<number, Place>()
const packages = new Map<string, Place>()

/** A project of N skills that is installed; do not change it. */
export function installedProject(bench: Bench, count: number): Place {
  const known = locked.get(count)
  if (known) return known
  const root = fresh(bench, `locked-${count}`)
  const place = { cwd: join(root, 'project'), home: join(root, 'home') }
  mkdirSync(place.cwd)
  const names = Array.from({ length: count }, (_, index) => smallName(index))
  const sources = names.map((name) => [name, `${bench.servers.archives}/${name}.tgz`])
  const project = { skills: Object.fromEntries(sources), agents: ['claude-code'] }
  writeFileSync(join(place.cwd, 'skills.json'), JSON.stringify(project, undefined, 2))
  run(skills(bench, place, 'install --grant requested'))
  locked.set(count, place)
  return place
}

/** Its skills.json and skills.lock in a new folder, as after a clone. */
export function freshClone(bench: Bench, { cwd }: Place): string {
  const folder = fresh(bench, 'clone')
  for (const file of ['skills.json', 'skills.lock']) copyFileSync(join(cwd, file), join(folder, file))
  return folder
}

/** A project of N npm packages with a lock, and a home whose pnpm store is full. Undefined without that pnpm. */
export function npmProject(bench: Bench, pnpm: PnpmName, count: number): Place | undefined {
  const key = `${pnpm} ${count}`
  const known = packages.get(key)
  if (known) return known
  const root = fresh(bench, 'npm')
  const place = { cwd: join(root, 'project'), home: join(root, 'home') }
  const command = pnpmInstall(bench, pnpm, place, ['--no-frozen-lockfile'])
  if (!command) return undefined
  mkdirSync(place.cwd)
  const names = Array.from({ length: count }, (_, index) => smallName(index))
  const dependencies = Object.fromEntries(names.map((name) => [name, '1.0.0']))
  writeFileSync(
    join(place.cwd, 'package.json'),
    JSON.stringify({ name: 'bench', private: true, dependencies }),
  )
  writeFileSync(join(place.cwd, '.npmrc'), `registry=${bench.servers.npm}/\n`)
  run(command)
  packages.set(key, place)
  return place
}

/** Its files in a new folder, as after a clone. */
export function freshNpmClone(bench: Bench, { cwd }: Place): string {
  const folder = fresh(bench, 'npm-clone')
  for (const file of ['package.json', 'pnpm-lock.yaml', '.npmrc'])
    copyFileSync(join(cwd, file), join(folder, file))
  return folder
}

/** `pnpm install`, keeping its store below the home of the place. Undefined without that pnpm. */
export function pnpmInstall(
  bench: Bench,
  pnpm: PnpmName,
  place: Place,
  args: readonly string[],
): Command | undefined {
  const file = pnpm === 'pnpm 10' ? bench.peers.pnpm10() : bench.peers.pnpm12()
  if (file === undefined) return undefined
  const program: [string, ...string[]] = pnpm === 'pnpm 10' ? [bench.node, file] : [file]
  const store = join(place.home, 'pnpm-store')
  return {
    argv: [...program, 'install', '--ignore-scripts', '--store-dir', store, ...args],
    cwd: place.cwd,
    env: cleanEnv(place.home),
  }
}
