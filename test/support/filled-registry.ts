// A registry as a team leaves it: skills of several versions, dependencies, a private scope, members, tokens, a trusted CI
// job, a yank, a deprecation, a version that was taken out, downloads, images, a referrer; by requests and the console.
import { addRegistryUser, createRegistryToken, removeFromRegistry } from '../../registry-server/admin.ts'
import { dumpRows } from '../../registry-server/db/dump.ts'
import { openRegistryDatabase } from '../../registry-server/db/open.ts'
import { schemaTables } from '../../registry-server/db/tables.ts'
import { artifactOf, filesToPublish, push, type SkillToPublish } from './catalogue.ts'
import { digest, MANIFEST, type TestRegistry } from './registry.ts'

/** The version that is taken out again. */
export const REMOVED: SkillToPublish = {
  name: '@acme/pdf',
  version: '1.2.0',
  files: { 'data.txt': 'of a customer' },
}

const SKILLS: readonly SkillToPublish[] = [
  { name: '@acme/pdf', version: '1.0.0', description: 'Reads PDF files, ümläut ☃ 漢字.' },
  {
    name: '@acme/pdf',
    version: '1.1.0',
    body: '# Read\n\nRun `pdftotext` on it.\n',
    files: { 'scripts/read.py': '#!/usr/bin/env python3\nopen("a")\n', 'references/a.md': '\u{1f600}\n' },
    toml: '[skill]\nversion = "1.1.0"\n\n[capabilities.terminal]\nallow = ["pdftotext **"]\n\n[capabilities.filesystem]\nread = ["${project}/**"]\n',
  },
  { name: '@acme/old', version: '0.1.0', description: 'Is over.' },
  {
    name: '@acme/report',
    version: '2.0.0-beta.1',
    toml: '[skill]\nversion = "2.0.0-beta.1"\ntopics = ["reports", "pdf"]\n\n[dependencies]\n"@acme/pdf" = "^1"\n',
  },
  { name: '@secret/plan', version: '1.0.0', description: 'Nobody else sees it.' },
]

export interface Filled {
  /** A token that was made with another, with its id and that of the other. */
  readonly made: { readonly token: string; readonly id: string; readonly by: string }
  /** A reader's token of a user who is a member of the private scope. */
  readonly member: string
  readonly paths: readonly string[]
  /** Of the version that was taken out. */
  readonly gone: readonly string[]
}

async function publish(registry: TestRegistry, skill: SkillToPublish): Promise<void> {
  const answer = await publishSkill(registry, skill)
  if (answer.status !== 201) throw new Error(`${skill.name}: ${await answer.text()}`)
}

/** Publishes it as the administrator. */
export function publishSkill(registry: TestRegistry, skill: SkillToPublish): Promise<Response> {
  return push((path, init) => registry.fetch(path, init), artifactOf(skill, filesToPublish(skill)))
}

/** Fills the registry; the paths give documents, artifacts, archives and lists of everything in it. */
export async function fillRegistry(registry: TestRegistry): Promise<Filled> {
  const place = { data: registry.data, database: registry.database }
  const expectStatus = (wanted: number, { status, body }: { status: number; body: unknown }): void => {
    if (status !== wanted) throw new Error(`${status}: ${JSON.stringify(body)}`)
  }
  const send = async (wanted: number, method: string, path: string, body?: unknown): Promise<void> =>
    expectStatus(wanted, await registry.json(method, path, body))
  await send(201, 'PUT', '/api/v1/scopes/@acme', {})
  await send(201, 'PUT', '/api/v1/scopes/@secret', { public: false })
  await addRegistryUser(place, { name: 'mia', admin: false })
  const { token: member } = await createRegistryToken(place, {
    user: 'mia',
    name: 'laptop',
    permissions: ['read'],
  })
  await send(204, 'PUT', '/api/v1/scopes/@secret/members/mia', { role: 'reader' })
  await send(201, 'PUT', '/api/v1/scopes/@acme/publishers', {
    issuer: 'https://token.actions.githubusercontent.com',
    claims: { repository: 'acme/skills', repository_owner_id: '1', workflow: 'release.yml' },
  })
  const newToken = async (name: string, as?: string): Promise<{ id: string; token: string }> => {
    const asked = { name, permissions: ['read'], expiresInDays: 1 }
    const { body } = await registry.json('POST', '/api/v1/tokens', asked, as)
    return { id: String(body.id), token: String(body.token) }
  }
  const by = await newToken('of a person')
  const made = { ...(await newToken('made with it', by.token)), by: by.id }
  const paths: string[] = ['/api/v1/search?q=pdf', '/.well-known/agent-skills/index.json']
  for (const skill of SKILLS) {
    const artifact = artifactOf(skill, filesToPublish(skill))
    await publish(registry, skill)
    const repository = skill.name.slice(1)
    paths.push(
      `/api/v1/skills/${skill.name}`,
      `/api/v1/skills/${skill.name}/versions/${skill.version}`,
      `/v2/${repository}/manifests/${skill.version}`,
      `/v2/${repository}/tags/list`,
      ...[...artifact.blobs.keys()].map((blob) => `/v2/${repository}/blobs/${blob}`),
      `/npm/${skill.name}`,
      `/skills/${skill.name}`,
    )
  }
  await publish(registry, REMOVED)
  const { name, version } = REMOVED
  await removeFromRegistry(place, { target: `${name}@${version}`, reason: 'it holds ümläut ☃ data' })
  await send(204, 'POST', '/api/v1/skills/@acme/pdf/versions/1.0.0/yank', { reason: 'broken' })
  await send(204, 'POST', '/api/v1/skills/@acme/old/deprecation', { message: 'use @acme/pdf' })
  const image = await registry.pushImage('acme/image', 'v1', { annotations: { text: 'ümläut ☃' } })
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST,
      artifactType: 'application/vnd.test.sbom',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: image.config, size: 32 },
      layers: [],
      annotations: { 'org.test.note': 'ümläut ☃ \ud83d\ude00' },
      subject: { mediaType: MANIFEST, digest: image.digest, size: image.bytes.length },
    }).replace('"size":32', `"size":${JSON.stringify({ of: 'acme/image', tag: 'v1' }).length}`),
  )
  const referrer = await registry.fetch(`/v2/acme/image/manifests/${digest(bytes)}`, {
    method: 'PUT',
    body: new Uint8Array(bytes),
    headers: { 'content-type': MANIFEST },
  })
  if (referrer.status !== 201) throw new Error(await referrer.text())
  await registry.pushBlob('acme/image', Buffer.from([0, 255, 1]))
  paths.push(
    '/v2/acme/image/manifests/v1',
    `/v2/acme/image/blobs/${image.layer}`,
    `/v2/acme/image/referrers/${image.digest}`,
    '/api/v1/tokens',
    '/api/v1/scopes/@secret',
    '/api/v1/scopes/@acme/publishers',
  )
  const gone = [`/api/v1/skills/${name}/versions/${version}`, `/v2/acme/pdf/manifests/${version}`]
  return { member, made, paths, gone }
}

/** Every row of every table, but what SQLite and PostgreSQL write of themselves. */
export async function allRows(database: string): Promise<Record<string, unknown[]>> {
  const db = await openRegistryDatabase(database)
  try {
    const tables: Record<string, unknown[]> = {}
    for (const table of schemaTables()) {
      const rows: unknown[] = []
      for await (const page of dumpRows(db, table)) rows.push(...page)
      tables[table.name] = rows
    }
    return tables
  } finally {
    await db.close()
  }
}
