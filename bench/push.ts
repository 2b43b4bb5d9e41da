// Skills as artifacts, and a plain HTTP client that pushes them as the program does: each blob with its first request, which a
// registry may take (ours does) or answer with an upload that the blob is sent to again (docker-registry); then the manifest.
import { Agent, request } from 'node:http'
import type { SkillFile } from '../src/integrity/tree.ts'
import { type Packed, type PackedBlob, packSkill } from '../src/oci/pack.ts'
import { noise, skillMd } from './content.ts'
import type { BenchRegistry } from './registries.ts'

export interface Artifact {
  /** `scope/name`. */
  readonly repository: string
  readonly version: string
  readonly packed: Packed
}

export const SCOPE = 'bench'

/** A version of a skill whose layer has about 8 KB. */
export function smallArtifact(name: string, version = '1.0.0'): Artifact {
  return artifact(name, version, [
    { path: 'SKILL.md', bytes: skillMd(name, 2048) },
    { path: 'assets/data.bin', bytes: noise(`${name}@${version}`, 7000) },
  ])
}

/** A version with these files. */
export function artifact(name: string, version: string, files: readonly SkillFile[]): Artifact {
  const packed = packSkill(files, { name, version, description: `The skill ${name}` })
  return { repository: `${SCOPE}/${name}`, version, packed }
}

export interface Pusher {
  /** Milliseconds until the registry said that it has everything. */
  readonly push: (artifact: Artifact) => Promise<number>
  readonly close: () => void
}

/** A client with connections that stay open. */
export function pusher({ origin, token }: BenchRegistry): Pusher {
  const agent = new Agent({ keepAlive: true })
  const authorization: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
  const send = (method: string, address: string, more: Sent = {}): Promise<string | undefined> =>
    new Promise((resolve, reject) => {
      const { body, type } = more
      const headers = {
        ...authorization,
        'content-length': body?.length ?? 0,
        ...(type !== undefined && { 'content-type': type }),
      }
      const asked = request(new URL(address, origin), { method, agent, headers }, (response) => {
        response.resume().once('end', () => {
          const { statusCode = 0, headers: got } = response
          if ((more.status ?? [201]).includes(statusCode))
            resolve(statusCode === 202 ? got.location : undefined)
          else reject(new Error(`${method} ${address}: ${statusCode}`))
        })
      })
      asked.once('error', reject).end(body)
    })
  const blob = async (repository: string, { digest, bytes }: PackedBlob): Promise<void> => {
    const type = 'application/octet-stream'
    const first = `/v2/${repository}/blobs/uploads/?digest=${encodeURIComponent(digest)}`
    const location = await send('POST', first, { body: bytes, type, status: [201, 202] })
    if (location === undefined) return
    const query = `${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(digest)}`
    await send('PUT', `${location}${query}`, { body: bytes, type })
  }
  return {
    async push({ repository, version, packed }) {
      const start = performance.now()
      for (const part of [packed.config, ...packed.layers]) await blob(repository, part)
      await send('PUT', `/v2/${repository}/manifests/${version}`, {
        body: packed.manifest,
        type: packed.manifestType,
      })
      return performance.now() - start
    },
    close: () => agent.destroy(),
  }
}

interface Sent {
  readonly body?: Buffer
  readonly type?: string
  /** What is expected; 201 when absent. */
  readonly status?: readonly number[]
}

/** Pushes all with so many clients at once; milliseconds of each, in the order of their ends. */
export async function pushAll(
  registry: BenchRegistry,
  artifacts: readonly Artifact[],
  clients: number,
): Promise<number[]> {
  const waiting = artifacts.toReversed()
  const took: number[] = []
  const client = pusher(registry)
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next; next = waiting.pop()) took.push(await client.push(next))
  }
  try {
    await Promise.all(Array.from({ length: clients }, work))
  } finally {
    client.close()
  }
  return took
}
