// Load on servers side by side: A B C A B C, every round with Debian's wrk, one thread and 32 connections.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findProgram } from '../test/support/need.ts'
import { type Bench, fresh } from './context.ts'
import { median } from './measure.ts'

/** What is asked for, again and again in this order. */
export interface Load {
  readonly paths: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

export interface Speed {
  readonly perSecond: number
  /** Milliseconds that one of a hundred answers took longer than. */
  readonly p99: number
}

const SCRIPT = fileURLToPath(new URL('wrk.lua', import.meta.url))
const ROUND_SECONDS = 2

/** The medians of so many rounds, by name; after one round that is not counted. */
export function interleaveLoads(
  bench: Bench,
  targets: Readonly<Record<string, string>>,
  { load, rounds }: { readonly load: Load; readonly rounds: number },
): ReadonlyMap<string, Speed> {
  const file = join(fresh(bench, 'load'), 'paths')
  writeFileSync(file, `${load.paths.join('\n')}\n`)
  const speeds = new Map<string, Speed[]>(Object.keys(targets).map((name) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, origin] of Object.entries(targets)) {
      const speed = wrk(origin, file, { load, seconds: round < 0 ? 1 : ROUND_SECONDS })
      if (round >= 0) speeds.get(name)?.push(speed)
    }
  }
  return new Map(
    [...speeds].map(([name, all]) => [
      name,
      { perSecond: median(all.map(({ perSecond }) => perSecond)), p99: median(all.map(({ p99 }) => p99)) },
    ]),
  )
}

/** Throws when one answer was no success. */
function wrk(
  origin: string,
  file: string,
  { load, seconds }: { readonly load: Load; readonly seconds: number },
): Speed {
  const program = findProgram('wrk')
  if (program === undefined) throw new Error('wrk is not installed')
  const headers = Object.entries(load.headers ?? {}).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const args = ['-t1', '-c32', `-d${seconds}s`, '-s', SCRIPT, ...headers, origin, '--', file]
  const ended = spawnSync(program, args, { encoding: 'utf8' })
  const [, requests, microseconds, failed, p99] =
    /BENCH (\d+) (\d+) (\d+) (\d+)/.exec(ended.stdout ?? '')?.map(Number) ?? []
  if (requests === undefined || microseconds === undefined || p99 === undefined) {
    throw new Error(`wrk: ${ended.stderr || ended.stdout}`)
  }
  if (failed !== 0) throw new Error(`${failed} of ${requests} answers of ${origin} were no success`)
  return { perSecond: requests / (microseconds / 1e6), p99: p99 / 1000 }
}
