// One client sends what is slow to judge, to render or to list, without a pause; how long others wait meanwhile, beside
// how long they wait when it is quiet. The others are a process of their own.
import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { fileURLToPath } from 'node:url'
import type { Bench } from './context.ts'
import { skillMd } from './content.ts'
import { median } from './measure.ts'
import { artifact, type Artifact, pushAll, pusher, SCOPE, smallArtifact } from './push.ts'
import { type BenchRegistry, startOwn } from './registries.ts'
import { ratioRow, type Row } from './report.ts'

const AREA = 'registry-starving'
const SECONDS = 4
const AT_MOST = 3
const OTHERS = { '/healthz': 'healthz', [`/api/v1/skills/@${SCOPE}/quiet`]: 'a skill document' }
const PROBE = fileURLToPath(new URL('anchor-probe.js', import.meta.url))

type Waits = Readonly<Record<string, number>>

/** Does it once more; `turn` never comes twice. */
type Hostile = (turn: number) => Promise<void>

export async function registryStarving(bench: Bench): Promise<Row[]> {
  const registry = await startOwn(bench)
  try {
    await pushAll(registry, [smallArtifact('quiet')], 1)
    await probe(bench, registry)
    const rows: Row[] = []
    for (const [what, hostile] of await inputs(registry)) {
      const rounds: { quiet: Waits; loud: Waits }[] = []
      for (let round = 0; round < bench.count(3); round += 1) {
        const quiet = await probe(bench, registry)
        rounds.push({ quiet, loud: await during(hostile, () => probe(bench, registry)) })
      }
      for (const [path, name] of Object.entries(OTHERS)) {
        rows.push(
          ratioRow(AREA, `p99 of ${name} during ${what}`, {
            ms: median(rounds.map(({ loud }) => loud[path] ?? Number.NaN)),
            anchor: median(rounds.map(({ quiet }) => quiet[path] ?? Number.NaN)),
            name: 'quiet',
            atMost: AT_MOST,
          }),
        )
      }
    }
    return rows
  } finally {
    await registry.stop()
  }
}

async function inputs(registry: BenchRegistry): Promise<readonly (readonly [string, Hostile])[]> {
  const client = pusher(registry)
  let made = 0
  /** Whether it is published or refused is not what is measured. */
  const publish = async (path: string, text: string): Promise<Artifact> => {
    const name = `loud-${(made += 1)}`
    const files = [
      { path: 'SKILL.md', bytes: skillMd(name, 200) },
      { path, bytes: Buffer.from(`${text}# ${made}\n`) },
    ]
    const one = artifact(name, '1.0.0', path === 'SKILL.md' ? files.slice(1) : files)
    await client.push(one).catch(() => {})
    return one
  }
  const filled = (pump: string, bytes: number): string => pump.repeat(Math.ceil(bytes / pump.length))
  const judged =
    (path: string, text: string): Hostile =>
    async () =>
      void (await publish(path, text))
  const subject = smallArtifact('subject')
  await client.push(subject)
  return [
    ['private keys that are none', judged('a.txt', filled('a: -----BEGIN PRIVATE KEY-----\n', 400_000))],
    ['names that a shell reads', judged('scripts/a.sh', filled('read -read ', 100_000))],
    ['a runner with many versions', judged('scripts/a.sh', `npx a${'@'.repeat(100_000)}/b\n`)],
    [
      'pages with 66,000 tags',
      async () => {
        const head = `---\nname: loud-${made + 1}\ndescription: d\n---\n\n`
        const { repository } = await publish('SKILL.md', head + '<b>'.repeat(66_000))
        await send(registry, 'GET', `/skills/@${repository}`)
      },
    ],
    [
      'referrers of 4.1 MB',
      async (turn) => {
        if (turn < 100)
          await send(
            registry,
            'PUT',
            `/v2/${subject.repository}/manifests/loud-${turn}`,
            referrer(subject, turn),
          )
        await send(registry, 'GET', `/v2/${subject.repository}/referrers/${subject.packed.manifestDigest}`)
      },
    ],
  ]
}

function referrer({ packed }: Artifact, turn: number): Buffer {
  const { config, manifest, manifestDigest, manifestType } = packed
  return Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: 'application/vnd.bench.note',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: config.digest,
        size: config.bytes.length,
      },
      layers: [],
      subject: { mediaType: manifestType, digest: manifestDigest, size: manifest.length },
      annotations: { turn: String(turn), text: 'x'.repeat(4_100_000) },
    }),
  )
}

function send({ origin, token }: BenchRegistry, method: string, path: string, body?: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body && {
        'content-length': body.length,
        'content-type': 'application/vnd.oci.image.manifest.v1+json',
      }),
    }
    request(new URL(path, origin), { method, headers }, (answer) =>
      answer.resume().once('end', () => resolve()),
    )
      .once('error', reject)
      .end(body)
  })
}

/** What the work gives while the hostile one goes on and on. */
async function during<T>(hostile: Hostile, work: () => Promise<T>): Promise<T> {
  const over = new AbortController()
  const loud = (async () => {
    for (let turn = 0; !over.signal.aborted; turn += 1) await hostile(turn)
  })()
  const result = await work()
  over.abort()
  await loud
  return result
}

/** Milliseconds that one of a hundred answers took longer than, by path. */
function probe({ node }: Bench, { origin }: BenchRegistry): Promise<Waits> {
  const child = spawn(node, [PROBE, origin, String(SECONDS), ...Object.keys(OTHERS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  return new Promise((resolve, reject) => {
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(said) as Waits)
      else reject(new Error('the others were not answered'))
    })
  })
}
