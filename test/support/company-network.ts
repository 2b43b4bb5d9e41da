// What a company has: servers with certificates of its own authority under names that resolve nowhere but at its proxy.
// One of each kind of source is there: archive, git, npm, a site with an index, and a registry that is OCI too.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningRegistry, serve } from '../../registry-server/main.ts'
import { makeRepo, publishBare } from './git-repo.ts'
import { startGitServer } from './git-server.ts'
import { answer, startServer } from './http-server.ts'
import { makeOwnCa, type OwnCa, startTlsFront, type TlsFront } from './own-ca.ts'
import { file, tgz } from './tar-builder.ts'

export interface CompanyNetwork {
  readonly root: string
  readonly ca: OwnCa
  readonly front: TlsFront
  readonly registry: RunningRegistry
  close(): Promise<void>
}

const text = (name: string): string =>
  `---\nname: ${name}\ndescription: Reads ${name} files.\n---\n\n# ${name}\n`

export async function startCompanyNetwork(): Promise<CompanyNetwork> {
  const root = mkdtempSync(join(tmpdir(), 'company-'))
  const ca = makeOwnCa(root)
  const files = await startServer()
  const repositories = join(root, 'git')
  mkdirSync(repositories)
  publishBare(makeRepo({ 'SKILL.md': text('from-git') }), repositories, 'o/r.git')
  const git = await startGitServer({ root: repositories })
  const backends: Record<string, string> = { git: git.url, '*': files.url('') }
  const front = await startTlsFront(ca, backends)
  const registry = await serve({ data: join(root, 'registry'), port: 0, publicUrl: front.url('registry') })
  backends.registry = registry.url
  files.route('/s.tgz', tgz(file('from-archive/SKILL.md', text('from-archive'))))
  const json = (value: unknown) => answer(200, { 'content-type': 'application/json' }, JSON.stringify(value))
  files.route('/.well-known/agent-skills/index.json', json(siteIndex(front)))
  files.route('/site/SKILL.md', text('from-site'))
  const tarball = tgz(
    file('package/package.json', '{"name":"pkg","version":"1.0.0"}'),
    file('package/SKILL.md', text('from-npm')),
  )
  files.route('/pkg/-/pkg-1.0.0.tgz', tarball)
  files.route('/pkg', json(packument(front, tarball)))
  return {
    root,
    ca,
    front,
    registry,
    async close() {
      await Promise.all([registry.close(), front.close(), git.close(), files.close()])
      rmSync(root, { recursive: true, force: true })
    },
  }
}

function siteIndex(front: TlsFront): unknown {
  const digest = `sha256:${createHash('sha256').update(text('from-site')).digest('hex')}`
  return {
    $schema: 'https://schemas.agentskills.io/discovery/0.2.0/schema.json',
    skills: [
      {
        name: 'from-site',
        description: 'Reads files.',
        type: 'skill-md',
        url: front.url('site', '/site/SKILL.md'),
        digest,
      },
    ],
  }
}

function packument(front: TlsFront, tarball: Buffer): unknown {
  const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  const dist = { tarball: front.url('npm', '/pkg/-/pkg-1.0.0.tgz'), integrity }
  return {
    name: 'pkg',
    'dist-tags': { latest: '1.0.0' },
    versions: { '1.0.0': { name: 'pkg', version: '1.0.0', dist } },
    time: { '1.0.0': '2026-01-01T00:00:00Z' },
  }
}
