// For those who run the server: is it alive, is it ready, what has it done.
import { statfs } from 'node:fs/promises'
import type { RegistryApp } from '../app.ts'
import type { RegistryContext } from '../context.ts'
import { isAnswering } from '../db/settings.ts'

const PATIENCE_MS = 3000

/** `/healthz`: the process answers. `/readyz`: the database and the blob store do too, and the disk is not full. `/metrics`: Prometheus text. */
export function mountHealth(app: RegistryApp, context: RegistryContext): void {
  const uncached = { 'Cache-Control': 'no-store' }
  app.get('/healthz', (c) => c.json({ status: 'ok' }, 200, uncached))
  app.get('/readyz', async (c) => {
    const [database, blobs, disk] = await Promise.all([
      inTime(isAnswering(context.db)),
      inTime(context.blobs.ready()),
      inTime(hasRoom(context)),
    ])
    const isReady = database && blobs && disk
    return c.json(
      { status: isReady ? 'ok' : 'failing', database, blobs, disk },
      isReady ? 200 : 503,
      uncached,
    )
  })
  app.get('/metrics', (c) =>
    c.body(context.metrics.text(), 200, {
      ...uncached,
      'Content-Type': 'text/plain; version=0.0.4; charset=utf-8',
    }),
  )
}

/** Whether the disk of the data folder takes more. */
async function hasRoom({ config }: RegistryContext): Promise<boolean> {
  const { bavail, bsize } = await statfs(config.data)
  return bavail * bsize >= config.limits.freeBytes
}

async function inTime(check: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS)
  })
  try {
    return await Promise.race([check.catch(() => false), late])
  } finally {
    clearTimeout(timer)
  }
}
