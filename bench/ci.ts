// `skills ci` of 1,000 locked skills beside pnpm installing as many packages with the same files: from a full store, from
// archives on loopback, and when everything stands already.
import { join } from 'node:path'
import { type Bench, bareNode, fresh, skills } from './context.ts'
import { type Command, interleave, medianOf, peakMemory, type Timings, type Variant } from './measure.ts'
import {
  freshClone,
  freshNpmClone,
  installedProject,
  npmProject,
  pnpmInstall,
  type PnpmName,
} from './projects.ts'
import { memoryRow, ratioRow, type Row } from './report.ts'

const COUNT = 1000
const PEERS = ['pnpm 10', 'pnpm 12'] as const

export async function ci(bench: Bench): Promise<Row[]> {
  const variants: Variant[] = [
    { name: 'node', prepare: () => bareNode(bench) },
    { name: 'warm', prepare: () => warm(bench, COUNT) },
    { name: 'warm 100', prepare: () => warm(bench, 100) },
    { name: 'cold', prepare: () => cold(bench) },
    { name: 'in place', prepare: () => inPlace(bench) },
    ...PEERS.flatMap((peer) => peerVariants(bench, peer)),
  ]
  const timings = interleave(variants, bench.count(7))
  return [...timeRows(timings), ...memoryRows(bench)]
}

function timeRows(timings: Timings): Row[] {
  const of = (name: string): number => medianOf(timings, name)
  const row = (
    what: string,
    name: string,
    against: { anchor: string; name: string; atMost?: number },
  ): Row[] =>
    timings.has(against.anchor)
      ? [ratioRow('ci', what, { ...against, ms: of(name), anchor: of(against.anchor) })]
      : []
  const full = `${COUNT} skills, full store`
  const empty = `${COUNT} skills, empty store`
  return [
    ...row(full, 'warm', { anchor: 'pnpm 10 warm', name: 'pnpm 10 --offline', atMost: 0.2 }),
    ...row(full, 'warm', { anchor: 'pnpm 12 warm', name: 'pnpm 12 --offline', atMost: 1.2 }),
    ...row(empty, 'cold', { anchor: 'pnpm 10 cold', name: 'pnpm 10', atMost: 0.5 }),
    ...row(empty, 'cold', { anchor: 'pnpm 12 cold', name: 'pnpm 12' }),
    ...row(`${COUNT} skills, in place`, 'in place', { anchor: 'node', name: 'node', atMost: 7 }),
    ...row(`${COUNT} skills beside 100, full store`, 'warm', { anchor: 'warm 100', name: '100', atMost: 8 }),
  ]
}

function memoryRows(bench: Bench): Row[] {
  const peak = (command: Command): number => peakMemory(command, join(fresh(bench, 'peak'), 'note'))
  return [
    memoryRow('ci', `peak memory, ${COUNT} skills, full store`, peak(warm(bench, COUNT)), 120),
    memoryRow('ci', `peak memory, ${COUNT} skills, empty store`, peak(cold(bench)), 120),
    memoryRow('ci', `peak memory, ${COUNT} skills, in place`, peak(inPlace(bench)), 120),
  ]
}

function warm(bench: Bench, count: number): Command {
  const place = installedProject(bench, count)
  return skills(bench, { ...place, cwd: freshClone(bench, place) }, 'ci')
}

function cold(bench: Bench): Command {
  const cwd = freshClone(bench, installedProject(bench, COUNT))
  return skills(bench, { cwd, home: fresh(bench, 'home') }, 'ci')
}

function inPlace(bench: Bench): Command {
  return skills(bench, installedProject(bench, COUNT), 'ci')
}

/** None when that pnpm could not be had. */
function peerVariants(bench: Bench, peer: PnpmName): Variant[] {
  const place = npmProject(bench, peer, COUNT)
  if (!place) return []
  const install = (home: string, args: string[]): Command => {
    const cwd = freshNpmClone(bench, place)
    return pnpmInstall(bench, peer, { cwd, home }, ['--frozen-lockfile', ...args]) as Command
  }
  return [
    { name: `${peer} warm`, prepare: () => install(place.home, ['--offline']) },
    { name: `${peer} cold`, prepare: () => install(fresh(bench, 'home'), []) },
  ]
}
