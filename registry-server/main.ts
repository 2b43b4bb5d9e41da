// The server: opens what it works on, listens, and closes in order. The only file with a socket.
import { randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { hasTwoHosts, refuseHosts } from './host-header.ts'
import { type Connections, watchConnections } from './connections.ts'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { SkillsError } from '../src/errors/error.ts'
import { makeFolders, toFsError } from '../src/platform/fs.ts'
import { createApp, type Mount } from './app.ts'
import { openBlobStore } from './blobs/open.ts'
import { createByteCache } from './blobs/cache.ts'
import { type RegistryConfig, registryConfig, type RegistryOptions } from './config.ts'
import type { RegistryContext } from './context.ts'
import { openRegistryDatabase } from './db/open.ts'
import { settingOr } from './db/settings.ts'
import { touchTokens } from './db/tokens.ts'
import { createHotAnswers } from './hot.ts'
import { createLog, type Log, SILENT_LOG } from './log.ts'
import { createMetrics } from './metrics.ts'
import { createCatalogue } from './catalogue.ts'
import { assertBlobsAreKnown } from './maintenance/same-registry.ts'
import { serverAudience } from './services/audience.ts'
import { ensureAdmin } from './services/users.ts'
import { warmUp } from './services/warm-up.ts'
import { createWork } from './threads/work.ts'

export interface ServeOptions extends RegistryOptions {
  /** Gets each line of the log; without it nothing is logged. */
  readonly log?: (line: string) => void
}

export interface RunningRegistry {
  /** Where it listens. */
  readonly url: string
  /** The folder that holds everything it keeps on disk. */
  readonly data: string
  /** The token of the first administrator, when this start made him. */
  readonly firstToken: string | undefined
  /** What the operator should know, as sentences. */
  readonly remarks: readonly string[]
  /** Stops taking requests, finishes those under way, closes. */
  close(): Promise<void>
}

const NO_CI_TOKENS =
  'Without --public-url the registry does not know the address that clients use: tokens of a CI are not taken.'
const HOUSEKEEPING_MS = 30_000
const GRACE_MS = 10_000

/**
 * Starts a registry.
 * @throws usage; fs_failed when the port is taken; database_invalid, database_failed, permission_denied, …
 */
export async function serve(options: ServeOptions): Promise<RunningRegistry> {
  const config = registryConfig(options)
  const log = options.log ? createLog(options.log) : SILENT_LOG
  let port = config.port
  const { context, mounts, close } = await openContext(config, log, { port: () => port })
  try {
    const requestId = createRequestIds()
    const { cache, metrics, db } = context
    const hot = createHotAnswers({
      cache,
      version: () => db.version(),
      textBytes: config.limits.cacheBytes / 2,
    })
    metrics.gauge('hot_answers', () => hot.given())
    const app = createApp(context, { requestId, hot, mounts })
    const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false })
    const server = createServer(
      {
        headersTimeout: config.limits.headersMs,
        requestTimeout: config.limits.requestMs,
        connectionsCheckingInterval: Math.min(5000, config.limits.headersMs),
        keepAliveTimeout: 65_000,
        maxHeaderSize: 16 * 1024,
      },
      (request, response) => {
        if (hasTwoHosts(request.rawHeaders)) refuseHosts(response)
        else if (!hot.answer(request, response)) void listener(request, response)
      },
    )
    const connections = watchConnections(server)
    await listen(server, config)
    // Only now: the token of the first administrator is shown once, and a start that fails would show it to nobody.
    const first = await ensureAdmin(context).catch((error: unknown) => {
      server.close()
      throw error
    })
    const url = urlOf(server)
    port = Number(new URL(url).port)
    log.info('listening', { url, database: db.kind })
    const takesCiTokens = knowsItself(context)
    if (!takesCiTokens) log.warn('no_public_url', { message: NO_CI_TOKENS })
    warmUp(context.work).catch((error: unknown) => log.error('defect', { message: String(error) }))
    const timer = setInterval(() => void housekeeping(context), HOUSEKEEPING_MS).unref()
    let closing: Promise<void> | undefined
    return {
      url,
      data: config.data,
      firstToken: first?.token,
      remarks: takesCiTokens ? [] : [NO_CI_TOKENS],
      close: () =>
        (closing ??= (async () => {
          clearInterval(timer)
          await stop(server, connections)
          await close()
          log.info('closed')
        })()),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Everything but the socket; `close` writes what is only in memory.
 * @throws database_invalid, unless for a restore, when the blobs are not those of the database
 */
export async function openContext(
  config: RegistryConfig,
  log: Log = SILENT_LOG,
  {
    restoring = false,
    port = () => config.port,
  }: { readonly restoring?: boolean; readonly port?: () => number } = {},
): Promise<{ context: RegistryContext; mounts: readonly Mount[]; close: () => Promise<void> }> {
  makeDataFolder(config.data)
  const db = await openRegistryDatabase(config.database)
  try {
    const secret = Buffer.from(
      await settingOr(db, 'secret', () => randomBytes(32).toString('base64')),
      'base64',
    )
    const now = (): Date => new Date()
    const catalogue = createCatalogue(db, now)
    const blobs = await openBlobStore(config)
    if (!restoring) await assertBlobsAreKnown({ db, blobs })
    const context: RegistryContext = {
      config,
      db,
      blobs,
      cache: createByteCache(config.limits.cacheBytes),
      log,
      metrics: createMetrics(),
      hook: catalogue.hook,
      work: createWork(config.limits),
      now,
      used: new Set(),
      secret,
      audience: () => serverAudience(config, port()),
      origin: (request) => config.publicUrl ?? new URL(request.url).origin,
    }
    return {
      context,
      mounts: [catalogue.mount],
      close: async () => {
        await context.work.close()
        await catalogue.close()
        await noteUsed(context)
        await db.close()
      },
    }
  } catch (error) {
    await db.close()
    throw error
  }
}

/** @throws permission_denied, disk_full, fs_failed */
function makeDataFolder(folder: string): void {
  try {
    makeFolders(folder, 0o700)
  } catch (error) {
    throw toFsError(error, folder)
  }
}

function knowsItself(context: RegistryContext): boolean {
  try {
    context.audience()
    return true
  } catch {
    return false
  }
}

/** Unique in all servers: a random start and a number. */
export function createRequestIds(): () => string {
  const start = randomBytes(6).toString('base64url')
  let count = 0
  return () => `${start}-${(++count).toString(36)}`
}

async function housekeeping(context: RegistryContext): Promise<void> {
  try {
    await noteUsed(context)
    const oldest = Date.now() - context.config.limits.uploadMs
    for await (const { upload, modifiedAt } of context.blobs.uploads()) {
      if (modifiedAt < oldest) await context.blobs.abandon(upload)
    }
  } catch (error) {
    context.log.warn('housekeeping', { message: error instanceof Error ? error.message : 'failed' })
  }
}

async function noteUsed(context: RegistryContext): Promise<void> {
  const ids = [...context.used]
  context.used.clear()
  if (ids.length === 0) return
  await context.db.transaction((tx) => touchTokens(tx, ids, context.now().toISOString()))
}

const OTHER_PORT = 'choose another port with --port, or 0 for a free one'
const OTHER_HOST = 'choose an address of this machine with --host: 127.0.0.1, or 0.0.0.0 for all of them'
const CANNOT_LISTEN: Readonly<Record<string, { readonly why: string; readonly hint: string }>> = {
  EADDRINUSE: { why: 'something else listens there', hint: OTHER_PORT },
  EACCES: { why: 'the system does not allow that port', hint: 'choose a port from 1024 on with --port' },
  EADDRNOTAVAIL: { why: 'this machine does not have that address', hint: OTHER_HOST },
  ENOTFOUND: { why: 'there is no address of that name', hint: OTHER_HOST },
  EAI_AGAIN: { why: 'the name was not resolved', hint: OTHER_HOST },
}

function listen(server: Server, { host, port }: RegistryConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const { why, hint } = CANNOT_LISTEN[cause.code ?? ''] ?? {
        why: cause.code ?? cause.message,
        hint: OTHER_PORT,
      }
      reject(
        new SkillsError('fs_failed', `The registry cannot listen on ${host}:${port}: ${why}`, {
          hint,
          cause,
        }),
      )
    })
    server.listen(port, host, () => resolve())
  })
}

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}

/** New connections are refused at once; requests under way get their time, connections without one none. */
async function stop(server: Server, connections: Connections): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  connections.closeIdle()
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(timer)
}
