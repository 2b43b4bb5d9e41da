// Times programs side by side: A B C A B C, each run a fresh process in a place of its own, so that a slow minute of the
// machine slows all of them. Deletes nothing: creating files soon after deletions is several times slower on ext4.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export type Env = Readonly<Record<string, string>>

/** One process to run. */
export interface Command {
  readonly argv: readonly [string, ...string[]]
  readonly cwd: string
  readonly env: Env
}

export interface Variant {
  readonly name: string
  /** Makes the place for one run; not timed. */
  readonly prepare: () => Command
}

/** Milliseconds of every run, in order. */
export type Timings = ReadonlyMap<string, readonly number[]>

const PEAK_HOOK = fileURLToPath(new URL('peak-memory.cjs', import.meta.url))

/** Runs every variant `runs` times in turn, after one turn that is not counted. */
export function interleave(variants: readonly Variant[], runs: number): Timings {
  const timings = new Map<string, number[]>(variants.map(({ name }) => [name, []]))
  for (let run = -1; run < runs; run += 1) {
    for (const { name, prepare } of variants) {
      const command = prepare()
      settle()
      const took = time(command)
      if (run >= 0) timings.get(name)?.push(took)
    }
  }
  return timings
}

/** Milliseconds from start to end. Throws with what the program said when it does not end with 0. */
export function time(command: Command): number {
  const start = performance.now()
  run(command)
  return performance.now() - start
}

/** Runs to the end and gives standard output. Throws with what the program said when it does not end with 0. */
export function run({ argv: [program, ...args], cwd, env }: Command): string {
  const ended = spawnSync(program, args, { cwd, env, maxBuffer: 2 ** 28 })
  if (ended.status === 0) return ended.stdout.toString()
  const said = (ended.stderr?.toString() || ended.stdout?.toString() || String(ended.error ?? '')).trim()
  const shown = [program, ...args].join(' ').slice(0, 200)
  throw new Error(`${shown}: ${ended.status ?? ended.signal ?? 'did not start'}: ${said.slice(-400)}`)
}

/**
 * Peak memory of a Node program in MB, written by the program itself as it ends: the figure that a parent reads of
 * its child counts the parent's own pages at the fork.
 */
export function peakMemory(command: Command, noteFile: string): number {
  const env = { ...command.env, NODE_OPTIONS: `--require=${PEAK_HOOK}`, BENCH_PEAK_FILE: noteFile }
  run({ ...command, env })
  return Number(readFileSync(noteFile, 'utf8')) / 1024
}

/** The middle one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], of100: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * of100) / 100))] ?? Number.NaN
}

/** The median of one variant. */
export function medianOf(timings: Timings, name: string): number {
  return median(timings.get(name) ?? [])
}

/** What earlier runs wrote goes to disk before the clock starts, so that nobody pays for another's files. */
function settle(): void {
  if (process.platform !== 'win32') spawnSync('sync')
}
