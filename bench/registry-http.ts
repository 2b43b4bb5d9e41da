// A thousand skills read over HTTP: their documents, manifests and blobs, beside a bare `node:http` server that has the
// same answers in memory, and beside Debian's docker-registry with the same artifacts.
import type { Bench } from './context.ts'
import { smallName } from './fixtures.ts'
import { type Artifact, pushAll, SCOPE, smallArtifact } from './push.ts'
import { type BenchRegistry, startBare, startDocker, startOwn, startOwnOnPostgres } from './registries.ts'
import { type Row, speedRow } from './report.ts'
import { interleaveLoads, type Load } from './wrk.ts'

const AREA = 'registry-http'
const SKILLS = 1000

interface Reading {
  readonly what: string
  readonly load: Load
  /** docker-registry has it too. */
  readonly oci: boolean
  /** At least so many × bare `node:http`, and × docker-registry. */
  readonly goals: { readonly bare?: number; readonly docker?: number }
}

export async function registryHttp(bench: Bench): Promise<Row[]> {
  const artifacts = Array.from({ length: SKILLS }, (_, index) => smallArtifact(smallName(index)))
  const started: BenchRegistry[] = []
  const start = async <T extends BenchRegistry | undefined>(starting: Promise<T>): Promise<T> => {
    const registry = await starting
    if (registry) started.push(registry)
    return registry
  }
  try {
    const own = await start(startOwn(bench))
    const docker = await start(startDocker())
    const postgres = await start(startOwnOnPostgres(bench))
    for (const registry of started) await pushAll(registry, artifacts, 8)
    const rows: Row[] = []
    for (const reading of readings(artifacts)) {
      const bare = await startBare(bench, own, reading.load)
      try {
        const origins = {
          bare: bare.origin,
          own: own.origin,
          ...(reading.oci && { docker: docker.origin }),
          ...(postgres && { postgres: postgres.origin }),
        }
        rows.push(...compare(bench, reading, origins))
      } finally {
        await bare.stop()
      }
    }
    return rows
  } finally {
    for (const registry of started) await registry.stop()
  }
}

function readings(artifacts: readonly Artifact[]): readonly Reading[] {
  const accept = { accept: artifacts[0]?.packed.manifestType ?? '' }
  const manifests = (reference: (artifact: Artifact) => string): string[] =>
    artifacts.map((one) => `/v2/${one.repository}/manifests/${reference(one)}`)
  const documents = artifacts.map(({ repository }) => `/api/v1/skills/@${repository}`)
  const blobs = artifacts.map(
    ({ repository, packed }) => `/v2/${repository}/blobs/${packed.layers[0]?.digest}`,
  )
  const byTag = manifests(({ version }) => version)
  const manifest = { oci: true, goals: { bare: 0.8, docker: 20 } }
  return [
    { what: 'skill documents', load: { paths: documents }, oci: false, goals: { bare: 0.8 } },
    { what: 'manifests by tag', load: { paths: byTag, headers: accept }, ...manifest },
    {
      what: 'manifests by digest',
      load: { paths: manifests(({ packed }) => packed.manifestDigest), headers: accept },
      ...manifest,
    },
    { what: 'blobs of 8 KB', load: { paths: blobs }, oci: true, goals: { docker: 20 } },
    {
      what: 'one manifest by tag',
      load: { paths: [`/v2/${SCOPE}/${smallName(0)}/manifests/1.0.0`], headers: accept },
      oci: true,
      goals: {},
    },
  ]
}

function compare(
  bench: Bench,
  { what, load, goals }: Reading,
  origins: Readonly<Record<string, string>>,
): Row[] {
  const speeds = interleaveLoads(bench, origins, { load, rounds: bench.count(5) })
  const speedOf = (name: string): number => speeds.get(name)?.perSecond ?? Number.NaN
  const row = (
    on: string,
    text: string,
    to: { name: string; as: string; atLeast?: number | undefined },
  ): Row =>
    speedRow(AREA, text, {
      perSecond: speedOf(on),
      anchor: speedOf(to.name),
      name: to.as,
      ...(to.atLeast !== undefined && { atLeast: to.atLeast }),
    })
  const bare = { name: 'bare', as: 'node:http' }
  return [
    row('own', what, { ...bare, atLeast: goals.bare }),
    ...('docker' in origins
      ? [row('own', what, { name: 'docker', as: 'docker-registry', atLeast: goals.docker })]
      : []),
    ...('postgres' in origins ? [row('postgres', `${what}, PostgreSQL`, bare)] : []),
  ]
}
