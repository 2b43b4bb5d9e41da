// A registry of the test's own on a free port of the loopback, with a client's few words for it.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunningRegistry, serve, type ServeOptions } from '../../registry-server/main.ts'
import type { TestDatabase } from './registry-databases.ts'

export interface TestRegistry {
  readonly running: RunningRegistry
  readonly url: string
  /** `host:port`. */
  readonly host: string
  readonly data: string
  readonly database: string
  /** Token of the administrator `admin`. */
  readonly token: string
  /** A request with the administrator's token, unless headers say otherwise. */
  fetch(path: string, init?: RequestInit & { readonly duplex?: 'half' }): Promise<Response>
  anonymous(path: string, init?: RequestInit): Promise<Response>
  /** Body and status of a JSON request. */
  json(method: string, path: string, body?: unknown, token?: string): Promise<{ status: number; body: Json }>
  pushBlob(name: string, bytes: Uint8Array): Promise<string>
  /** Pushes an image manifest over blobs that it pushes too; its digest. */
  pushImage(name: string, tag: string | undefined, more?: Record<string, unknown>): Promise<PushedImage>
  close(): Promise<void>
}

/** Whatever the server sent; tests say what they expect of it. */
export type Json = Record<string, never>

export interface PushedImage {
  readonly digest: string
  readonly bytes: Buffer
  readonly config: string
  readonly layer: string
  readonly response: Response
}

export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
export const INDEX = 'application/vnd.oci.image.index.v1+json'

/** `algorithm:hex` of the bytes. */
export function digest(bytes: Uint8Array | string, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`
}

/** Starts a registry on the database. */
export async function startRegistry(
  database: TestDatabase,
  options: Partial<ServeOptions> = {},
): Promise<TestRegistry> {
  const data = options.data ?? mkdtempSync(join(tmpdir(), 'registry-'))
  const url = options.database ?? (await database.create())
  const running = await serve({ ...options, data, database: url, port: options.port ?? 0 })
  const token = running.firstToken ?? ''
  const request = (path: string, init: RequestInit = {}, auth?: string): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (auth !== undefined && !headers.has('authorization')) headers.set('authorization', `Bearer ${auth}`)
    return fetch(new URL(path, running.url), { ...init, headers, redirect: 'manual' })
  }
  const registry: TestRegistry = {
    running,
    url: running.url,
    host: new URL(running.url).host,
    data,
    database: url,
    token,
    fetch: (path, init) => request(path, init, token),
    anonymous: (path, init) => request(path, init),
    async json(method, path, body, auth = token) {
      const init = {
        method,
        ...(body !== undefined && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      }
      const response = await request(path, init, auth === '' ? undefined : auth)
      const text = await response.text()
      return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json }
    },
    async pushBlob(name, bytes) {
      const wanted = digest(bytes)
      const response = await registry.fetch(`/v2/${name}/blobs/uploads/?digest=${wanted}`, {
        method: 'POST',
        body: new Uint8Array(bytes),
      })
      if (response.status !== 201) throw new Error(`blob: ${response.status} ${await response.text()}`)
      return wanted
    },
    async pushImage(name, tag, more = {}) {
      const configBytes = Buffer.from(JSON.stringify({ of: name, tag }))
      const layerBytes = Buffer.from(`layer of ${name} ${tag}`)
      const config = await registry.pushBlob(name, configBytes)
      const layer = await registry.pushBlob(name, layerBytes)
      const manifest = {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: {
          mediaType: 'application/vnd.test.config.v1+json',
          digest: config,
          size: configBytes.length,
        },
        layers: [{ mediaType: 'application/vnd.test.layer.v1', digest: layer, size: layerBytes.length }],
        ...more,
      }
      const bytes = Buffer.from(JSON.stringify(manifest))
      const response = await registry.fetch(`/v2/${name}/manifests/${tag ?? digest(bytes)}`, {
        method: 'PUT',
        body: new Uint8Array(bytes),
        headers: { 'content-type': MANIFEST },
      })
      return { digest: digest(bytes), bytes, config, layer, response }
    },
    async close() {
      await running.close()
      if (options.data === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
  return registry
}
