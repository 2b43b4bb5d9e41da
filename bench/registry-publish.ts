// The same artifacts pushed by the same client to our registry and to Debian's docker-registry, and a thousand publishes
// one after another. Ours syncs the blobs and commits to SQLite before it answers.
import type { Bench } from './context.ts'
import { smallName } from './fixtures.ts'
import { median } from './measure.ts'
import { type Artifact, pushAll, smallArtifact } from './push.ts'
import { type BenchRegistry, startDocker, startOwn, startOwnOnPostgres } from './registries.ts'
import { ratioRow, type Row, speedRow } from './report.ts'

const AREA = 'registry-publish'
const IN_A_ROW = 1000
/** Publishes of one round. */
const BATCH = 64

export async function registryPublish(bench: Bench): Promise<Row[]> {
  const started: [string, BenchRegistry][] = []
  try {
    started.push(['own', await startOwn(bench)])
    started.push(['docker', await startDocker()])
    const postgres = await startOwnOnPostgres(bench)
    if (postgres) started.push(['postgres', postgres])
    const rows: Row[] = []
    for (const clients of [1, 8]) {
      const speeds = await inTurn(started, { clients, rounds: bench.count(5) })
      rows.push(...compare(`publishing, ${clients === 1 ? 'one client' : `${clients} clients`}`, speeds))
    }
    const names = Array.from({ length: IN_A_ROW }, (_, index) => index)
    rows.push(
      ...(await inARow(bench, `${IN_A_ROW} skills`, (index) => smallArtifact(smallName(index)), names)),
      ...(await inARow(
        bench,
        `${IN_A_ROW} versions of a skill`,
        (index) => smallArtifact('grows', `1.${index}.0`),
        names,
      )),
    )
    return rows
  } finally {
    for (const [, registry] of started) await registry.stop()
  }
}

/** Publishes in a second, the median of the rounds, after one that is not counted. */
async function inTurn(
  registries: readonly (readonly [string, BenchRegistry])[],
  { clients, rounds }: { readonly clients: number; readonly rounds: number },
): Promise<ReadonlyMap<string, number>> {
  const speeds = new Map<string, number[]>(registries.map(([name]) => [name, []]))
  for (let round = -1; round < rounds; round += 1) {
    const artifacts = Array.from({ length: BATCH }, (_, index) =>
      smallArtifact(`by-${clients}-in-${round + 1}-${index}`),
    )
    for (const [name, registry] of registries) {
      const start = performance.now()
      await pushAll(registry, artifacts, clients)
      const seconds = (performance.now() - start) / 1000
      if (round >= 0) speeds.get(name)?.push(BATCH / seconds)
    }
  }
  return new Map([...speeds].map(([name, all]) => [name, median(all)]))
}

function compare(what: string, speeds: ReadonlyMap<string, number>): Row[] {
  const anchor = { anchor: speeds.get('docker') ?? Number.NaN, name: 'docker-registry' }
  const postgres = speeds.get('postgres')
  return [
    speedRow(AREA, what, { perSecond: speeds.get('own') ?? Number.NaN, ...anchor, atLeast: 5 }),
    ...(postgres === undefined
      ? []
      : [speedRow(AREA, `${what}, PostgreSQL`, { perSecond: postgres, ...anchor })]),
  ]
}

/** On a registry of their own. */
async function inARow(
  bench: Bench,
  what: string,
  artifactOf: (index: number) => Artifact,
  indexes: readonly number[],
): Promise<Row[]> {
  const registry = await startOwn(bench)
  try {
    const took = await pushAll(registry, indexes.map(artifactOf), 1)
    const middle = median(took)
    return [
      ratioRow(AREA, `${what}, the last hundred`, {
        ms: median(took.slice(-100)),
        anchor: median(took.slice(0, 100)),
        name: 'the first hundred',
        atMost: 1.5,
      }),
      ratioRow(AREA, `${what}, the slowest`, {
        ms: Math.max(...took),
        anchor: middle,
        name: 'the median',
        atMost: 10,
      }),
    ]
  } finally {
    await registry.stop()
  }
}
