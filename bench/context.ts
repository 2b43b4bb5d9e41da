// What every subject works with: the program and the Node under test, folders that no run shares, clean environments.
import { mkdirSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Env } from './measure.ts'
import type { Peers } from './peers.ts'
import type { Servers } from './servers.ts'

export interface Bench {
  /** The Node binary that runs the program, the JavaScript anchors and pnpm 10. */
  readonly node: string
  /** The built program. */
  readonly main: string
  /** Kept between benches: fixtures and peers. */
  readonly scratch: string
  /** Only of this bench; everything below is removed when it is over. */
  readonly runs: string
  readonly servers: Servers
  readonly peers: Peers
  /** Fewer runs when the bench shall be quick. */
  readonly count: (full: number) => number
}

/** A new empty folder. */
export function fresh({ runs }: Pick<Bench, 'runs'>, name: string): string {
  return mkdtempSync(join(runs, `${name}-`))
}

/** An environment without settings of the user; `home` is HOME, and what Skillward and its peers keep is below it. */
export function cleanEnv(home: string): Env {
  mkdirSync(home, { recursive: true })
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  }
}

/** `node -e 0`. */
export function bareNode(bench: Bench): Command {
  return { argv: [bench.node, '-e', '0'], cwd: bench.runs, env: cleanEnv(join(bench.runs, 'home')) }
}

/** One command of the program under test. */
export function skills(
  bench: Bench,
  place: { readonly cwd: string; readonly home: string },
  args: string,
): Command {
  return {
    argv: [bench.node, bench.main, ...args.split(' ')],
    cwd: place.cwd,
    env: cleanEnv(place.home),
  }
}

/** A command of the program in a new project with nothing cached. */
export function skillsInFreshHome(bench: Bench, args: string): Command {
  const place = fresh(bench, 'run')
  const cwd = join(place, 'project')
  mkdirSync(cwd)
  return skills(bench, { cwd, home: join(place, 'home') }, args)
}
