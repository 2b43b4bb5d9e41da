// What the server is told: addresses, places, limits. Callers give values; nothing here reads the environment.
import { join, resolve } from 'node:path'
import { SkillsError } from '../src/errors/error.ts'
import type { Settings } from '../src/platform/env.ts'
import { displayText } from '../src/platform/text.ts'

export interface RegistryOptions {
  /** Everything that the server keeps on disk is in this folder. */
  readonly data: string
  readonly host?: string
  /** 0 takes a free one. */
  readonly port?: number
  /** `postgres://…` or the path of an SQLite file; default `<data>/registry.sqlite`. */
  readonly database?: string
  /** A folder or `oci://host/prefix`; default `<data>/blobs`. */
  readonly blobs?: string
  /** Where credentials for another registry that holds the blobs are looked for. */
  readonly settings?: Pick<Settings, 'env' | 'home'>
  /** How clients reach the server, when a proxy stands before it: `https://skills.example.org`. */
  readonly publicUrl?: string
  /** Anybody may read scopes that are public; default true. */
  readonly anonymousRead?: boolean
  /** The `X-Forwarded-For` of a proxy is believed. */
  readonly trustProxy?: boolean
  /** Issuers of CI tokens that may be plain http or inside the own network. */
  readonly privateIssuers?: readonly string[]
  readonly limits?: Partial<RegistryLimits>
}

export interface RegistryLimits {
  readonly manifestBytes: number
  readonly blobBytes: number
  /** Bodies of the catalogue and account API. */
  readonly apiBytes: number
  /** Requests a minute for one client, in each class; 0 means no limit. */
  readonly apiPerMinute: number
  readonly writesPerMinute: number
  readonly failedLoginsPerMinute: number
  /** Milliseconds for a request's headers, and for all of it. */
  readonly headersMs: number
  readonly requestMs: number
  /** Unfinished uploads older than this are forgotten. */
  readonly uploadMs: number
  /** Bytes of the entries of one list in an answer. */
  readonly listBytes: number
  /** Milliseconds for the judging of a push and the packing of a download, and for the rendering of a text. */
  readonly judgeMs: number
  readonly renderMs: number
  /** Milliseconds that a page waits for its text; then it shows the text as it was written. */
  readonly textWaitMs: number
  /** Of these of one client so many may wait. */
  readonly jobsPerClient: number
  /** With less left on the disk of the data folder the server says that it is not ready. */
  readonly freeBytes: number
  /** Bytes of small blobs and manifests kept in memory. */
  readonly cacheBytes: number
}

export const DEFAULT_LIMITS: RegistryLimits = {
  manifestBytes: 4 * 1024 * 1024,
  blobBytes: 1024 * 1024 * 1024,
  apiBytes: 256 * 1024,
  apiPerMinute: 3000,
  writesPerMinute: 30_000,
  failedLoginsPerMinute: 30,
  headersMs: 15_000,
  requestMs: 10 * 60_000,
  uploadMs: 24 * 60 * 60_000,
  listBytes: 4 * 1024 * 1024,
  judgeMs: 20_000,
  renderMs: 400,
  textWaitMs: 1000,
  jobsPerClient: 16,
  freeBytes: 16 * 1024 * 1024,
  cacheBytes: 64 * 1024 * 1024,
}

export interface RegistryConfig {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly database: string
  readonly blobs: string
  readonly settings: Pick<Settings, 'env' | 'home'> | undefined
  /** Without a trailing slash. */
  readonly publicUrl: string | undefined
  readonly anonymousRead: boolean
  readonly trustProxy: boolean
  readonly privateIssuers: readonly string[]
  readonly limits: RegistryLimits
}

export const DEFAULT_PORT = 8480

/** The options with what was left out. @throws usage */
export function registryConfig(options: RegistryOptions): RegistryConfig {
  const data = resolve(options.data)
  const port = options.port ?? DEFAULT_PORT
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new SkillsError('usage', `Not a port: ${displayText(String(port))}`, {
      hint: 'give --port a number from 0 to 65535',
    })
  }
  return {
    data,
    host: options.host ?? '127.0.0.1',
    port,
    database: options.database ?? `sqlite:${join(data, 'registry.sqlite')}`,
    blobs: options.blobs ?? join(data, 'blobs'),
    settings: options.settings,
    publicUrl: options.publicUrl === undefined ? undefined : publicUrl(options.publicUrl),
    anonymousRead: options.anonymousRead ?? true,
    trustProxy: options.trustProxy ?? false,
    privateIssuers: options.privateIssuers ?? [],
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  }
}

function publicUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash
  if (!plain || url.pathname !== '/') {
    throw new SkillsError('usage', `Not a public URL: ${displayText(text)}`, {
      hint: 'give --public-url an origin such as https://skills.example.org',
    })
  }
  return url.origin
}
