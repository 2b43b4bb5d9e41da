// A registry in this process, of the wire protocol's shapes: catalogue, OCI pull and push, tokens. What it serves can be
// bent to lie. No substitute for the real server, which the end-to-end tests use.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { packSkill, type Packed } from '../../src/oci/pack.ts'
import { sha256Digest, sha256Hex } from '../../src/integrity/digest.ts'
import type { SkillFile } from '../../src/integrity/tree.ts'
import { audienceOf } from '../../src/registry/audience.ts'
import type { VersionSummary } from '../../src/registry/protocol.ts'

export interface FakeSkill {
  readonly name: string
  readonly version: string
  readonly files?: readonly SkillFile[]
  readonly dependencies?: Readonly<Record<string, string>>
  readonly publishedAt?: string
  readonly yanked?: string
  readonly deprecated?: string
}

export interface FakeRegistry {
  readonly url: string
  /** The same server by another name: another origin to a client. */
  readonly otherUrl: string
  readonly log: {
    readonly line: string
    readonly headers: IncomingMessage['headers']
    readonly body: string
  }[]
  add(skill: FakeSkill): Packed
  yank(name: string, version: string, reason?: string): void
  /** Replaces a stored blob or manifest by other bytes. */
  corrupt(digest: string, bytes: Buffer): void
  /** Answers instead of everything else, for a request line such as `GET /api/v1/whoami`; undefined lets it pass. */
  intercept: ((line: string, response: ServerResponse, request: IncomingMessage) => boolean) | undefined
  /** With a value, writes and `whoami` need this token. */
  token: string | undefined
}

interface Version extends VersionSummary {
  readonly packed: Packed | undefined
}

/** Started for one test. */
export async function startRegistry(): Promise<FakeRegistry> {
  const skills = new Map<string, Version[]>()
  const deprecations = new Map<string, string>()
  const content = new Map<string, Buffer>()
  const tags = new Map<string, string>()
  const uploads = new Map<string, Buffer>()

  const registry: Omit<FakeRegistry, 'url' | 'otherUrl'> & { url: string; otherUrl: string } = {
    url: '',
    otherUrl: '',
    log: [],
    intercept: undefined,
    token: undefined,
    add({
      name,
      version,
      files,
      dependencies = {},
      publishedAt = '2026-01-01T00:00:00Z',
      yanked,
      deprecated,
    }) {
      const skill = name.slice(name.indexOf('/') + 1)
      const packed = packSkill(files ?? skillFiles(skill, version, dependencies), {
        name: skill,
        version,
        description: `What ${skill} does`,
      })
      for (const blob of [packed.config, ...packed.layers]) content.set(blob.digest, blob.bytes)
      content.set(packed.manifestDigest, packed.manifest)
      tags.set(`${name.slice(1)}:${version}`, packed.manifestDigest)
      const summary: Version = {
        version,
        digest: packed.manifestDigest,
        integrity: packed.integrity,
        publishedAt,
        publisher: 'ada',
        size: packed.layers[0]?.bytes.length ?? 0,
        signer: 'unsigned',
        dependencies,
        packed,
        ...(yanked !== undefined && { yanked }),
        ...(deprecated !== undefined && { deprecated }),
      }
      skills.set(name, [summary, ...(skills.get(name) ?? [])])
      return packed
    },
    yank(name, version, reason = 'broken') {
      const list = skills.get(name) ?? []
      skills.set(
        name,
        list.map((one) => (one.version === version ? { ...one, yanked: reason } : one)),
      )
    },
    corrupt: (digest, bytes) => void content.set(digest, bytes),
  }

  const summaryOf = (name: string, versions: readonly Version[]): object => {
    const newest = versions.find(({ yanked }) => yanked === undefined) ?? versions[0]
    const deprecated = deprecations.get(name)
    return {
      name,
      description: `What ${name} does`,
      version: newest?.version,
      downloads: 7,
      updatedAt: newest?.publishedAt,
      capabilities: ['terminal'],
      signed: false,
      certified: false,
      ...(deprecated !== undefined && { deprecated }),
      score: 1,
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://h')
    const body = await bodyOf(request)
    const line = `${request.method} ${url.pathname}`
    registry.log.push({ line, headers: request.headers, body: body.toString() })
    if (registry.intercept?.(line, response, request)) return
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    const problem = (status: number, code: string, detail: string): void => {
      response.writeHead(status, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify({ type: `urn:skills:error:${code}`, title: code, status, detail, code }))
    }
    const path = decodeURIComponent(url.pathname)
    const write = request.method !== 'GET' && request.method !== 'HEAD'
    if (registry.token !== undefined && (write || path === '/api/v1/whoami')) {
      const sent = request.headers.authorization ?? ''
      const basic = Buffer.from(sent.replace(/^Basic /, ''), 'base64').toString()
      if (sent !== `Bearer ${registry.token}` && !basic.endsWith(`:${registry.token}`)) {
        if (path.startsWith('/v2/')) response.setHeader('www-authenticate', 'Basic realm="fake"')
        return problem(401, 'unauthorized', 'Who are you?')
      }
    }
    if (path === '/api/v1/search') {
      const q = url.searchParams.get('q') ?? ''
      const found = [...skills].filter(([name]) => name.includes(q))
      return json({
        total: found.length,
        results: found.map(([name, versions]) => summaryOf(name, versions)),
      })
    }
    if (path === '/api/v1/whoami') {
      return json({
        user: 'ada',
        scopes: [{ scope: '@acme', role: 'owner' }],
        token: { name: 'ci', permissions: ['read'] },
      })
    }
    if (path === '/api/v1/oidc/audience') return json({ audience: audienceOf(registry.url) })
    if (path === '/api/v1/oidc/exchange')
      return json({ token: 'short-lived', expiresAt: '2027-01-01T00:00:00Z' })
    const [, name, version, rest] =
      /^\/api\/v1\/skills\/(@[^/]+\/[^/]+)(?:\/versions\/([^/]+))?(?:\/(yank|deprecation))?$/.exec(path) ?? []
    if (name !== undefined) {
      const versions = skills.get(name)
      if (!versions) return problem(404, 'skill_not_found', `There is no skill ${name}`)
      const one = versions.find((summary) => summary.version === version)
      if (rest === 'deprecation') {
        if (request.method === 'DELETE') deprecations.delete(name)
        else deprecations.set(name, (JSON.parse(body.toString()) as { message: string }).message)
        return json({})
      }
      if (version === undefined) {
        const latest = versions.find(({ yanked }) => yanked === undefined)
        const list = versions.map(({ packed: _packed, ...summary }) => summary)
        return json({
          ...summaryOf(name, versions),
          tags: latest ? { latest: latest.version } : {},
          versions: list,
          owners: ['ada'],
          dependents: 0,
        })
      }
      if (!one) return problem(404, 'version_not_found', `${name} has no version ${version}`)
      if (rest === 'yank') {
        const { yanked: _yanked, ...clean } = one
        const reason =
          request.method === 'DELETE' ? undefined : (JSON.parse(body.toString()) as { reason: string }).reason
        skills.set(
          name,
          versions.map((summary) =>
            summary !== one ? summary : { ...clean, ...(reason !== undefined && { yanked: reason }) },
          ),
        )
        return json({})
      }
      const { packed: _packed, ...summary } = one
      return json({
        ...summary,
        name,
        description: 'x',
        capabilities: {},
        files: [],
        repository: name.slice(1),
        tag: version,
      })
    }
    const [, repository, kind, reference] = /^\/v2\/(.+?)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? []
    if (repository !== undefined && kind !== undefined && reference !== undefined) {
      if (request.method === 'PUT' && kind === 'manifests') {
        const digest = sha256Digest(body)
        const before = tags.get(`${repository}:${reference}`)
        if (before !== undefined && before !== digest) {
          return json(
            { errors: [{ code: 'DENIED', message: 'exists', detail: { code: 'version_exists' } }] },
            409,
          )
        }
        content.set(digest, body)
        tags.set(`${repository}:${reference}`, digest)
        response.writeHead(201, {
          'docker-content-digest': digest,
          location: `/v2/${repository}/manifests/${digest}`,
        })
        return void response.end()
      }
      const digest = tags.get(`${repository}:${reference}`) ?? reference
      const bytes = content.get(digest)
      if (!bytes) return json({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'none' }] }, 404)
      const type =
        kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream'
      response.writeHead(200, {
        'content-type': type,
        'content-length': bytes.length,
        'docker-content-digest': digest,
      })
      return void response.end(request.method === 'HEAD' ? undefined : bytes)
    }
    const [, into, id] = /^\/v2\/(.+?)\/blobs\/uploads\/(.*)$/.exec(path) ?? []
    if (into !== undefined && request.method === 'POST') {
      const next = String(uploads.size + 1)
      uploads.set(next, Buffer.alloc(0))
      response.writeHead(202, { location: `/v2/${into}/blobs/uploads/${next}` })
      return void response.end()
    }
    if (into !== undefined && id && request.method === 'PUT') {
      content.set(
        url.searchParams.get('digest') ?? '',
        Buffer.concat([uploads.get(id) ?? Buffer.alloc(0), body]),
      )
      response.writeHead(201, { location: '/' })
      return void response.end()
    }
    if (path === '/v2/') return json({})
    return problem(404, 'not_found', `Nothing at ${sha256Hex(path).slice(0, 8)}`)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500)
      response.end(String(error))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  registry.url = `http://127.0.0.1:${port}`
  registry.otherUrl = `http://localhost:${port}`
  return registry
}

/** A small skill: SKILL.md, and a skill.toml with its version and what it depends on. */
export function skillFiles(
  name: string,
  version: string,
  dependencies: Readonly<Record<string, string>> = {},
): SkillFile[] {
  const lines = Object.entries(dependencies).map(([key, range]) => `${JSON.stringify(key)} = "${range}"`)
  const toml = `[skill]\nversion = "${version}"\n\n[capabilities]\n\n[dependencies]\n${lines.join('\n')}\n`
  return [
    {
      path: 'SKILL.md',
      bytes: Buffer.from(
        `---\nname: ${name}\ndescription: What ${name} does.\n---\n\n# ${name} ${version}\n`,
      ),
    },
    { path: 'skill.toml', bytes: Buffer.from(toml) },
  ]
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
