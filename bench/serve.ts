// The hosts, in a process of their own: git, git that takes 50 ms for each request, archives, and a small npm registry.
// All on loopback with keep-alive, answering from memory where they can. Counts what it is asked.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startGitServer } from '../test/support/git-server.ts'
import { type Fixtures, npmIntegrity } from './fixtures.ts'
import type { Addresses } from './servers.ts'

/** Milliseconds that the slow git host waits before each answer. */
const DELAY = 50

const fixtures = JSON.parse(process.argv[2] ?? '') as Fixtures
let requests = 0

const git = await startGitServer({ root: fixtures.gitRoot })
const slowGit = await startGitServer({ root: fixtures.gitRoot, delayMs: DELAY })
const archives = await listen(serveFolder(load(fixtures.archives)))
const npm = await listen(serveRegistry(load(fixtures.packages)))

process.on('message', (question) => {
  if (question === 'count') process.send?.({ count: requests + git.count() + slowGit.count() })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ addresses: { git: git.url, slowGit: slowGit.url, archives, npm } satisfies Addresses })

function load(folder: string): ReadonlyMap<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))
}

function serveFolder(files: ReadonlyMap<string, Buffer>): Server {
  return createServer((request, response) => {
    requests += 1
    const bytes = files.get((request.url ?? '').slice(1))
    if (!bytes) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'application/gzip', 'content-length': bytes.length }).end(bytes)
  })
}

function serveRegistry(packages: ReadonlyMap<string, Buffer>): Server {
  return createServer((request, response) => {
    requests += 1
    const path = (request.url ?? '').slice(1)
    const tarball = packages.get(path.split('/-/')[1]?.replace('-1.0.0.tgz', '.tgz') ?? '')
    if (tarball) {
      response
        .writeHead(200, { 'content-type': 'application/gzip', 'content-length': tarball.length })
        .end(tarball)
      return
    }
    const name = decodeURIComponent(path.split('?')[0] ?? '')
    const bytes = packages.get(`${name}.tgz`)
    if (!bytes) return response.writeHead(404).end('{}')
    const document = JSON.stringify(packument(name, bytes, `http://${request.headers.host}`))
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': document.length })
      .end(document)
  })
}

function packument(name: string, bytes: Buffer, origin: string): unknown {
  const dist = {
    tarball: `${origin}/${name}/-/${name}-1.0.0.tgz`,
    integrity: npmIntegrity(bytes),
    shasum: createHash('sha1').update(bytes).digest('hex'),
  }
  const published = '2020-01-01T00:00:00.000Z'
  return {
    name,
    'dist-tags': { latest: '1.0.0' },
    modified: published,
    time: { created: published, modified: published, '1.0.0': published },
    versions: { '1.0.0': { name, version: '1.0.0', dist } },
  }
}

async function listen(server: Server): Promise<string> {
  server.keepAliveTimeout = 60_000
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
