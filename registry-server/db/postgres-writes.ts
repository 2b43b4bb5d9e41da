// Hears by LISTEN and NOTIFY that something was written, so that what was read may be kept until then. Says nothing while
// it is not proven that it hears: a lost connection, or a pooler between that passes no notification on.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'

export interface WriteWatch {
  /** SQL that tells all servers of a write, when its transaction commits. */
  readonly notify: string
  /** To be called after every commit of this process, before its caller hears of it. */
  written(): void
  /** Another number after every write; undefined while writes of others are not heard. The first call starts it. */
  version(): number | undefined
  close(): Promise<void>
}

interface Options {
  /** A client that is not connected yet. */
  readonly client: () => pg.Client
  /** Runs SQL on another connection than the listening one. */
  readonly send: (sql: string) => Promise<unknown>
}

const CHANNEL = 'skillward_writes'
/** So often the server tells itself something, which it must have heard before the next time. */
const BEAT_MS = 5000

/** Hears nothing until it is asked. */
export function watchWrites({ client: create, send }: Options): WriteWatch {
  const own = randomUUID()
  let changes = 0
  let listener: pg.Client | undefined
  let isHearing = false
  let beats = { sent: 0, heard: 0 }
  let timer: NodeJS.Timeout | undefined
  let busy: Promise<void> | undefined

  const lose = (client: pg.Client): void => {
    if (listener !== client) return
    listener = undefined
    isHearing = false
    client.end().catch(() => {})
  }
  const hear = (payload = ''): void => {
    const [from, beat] = payload.split(':')
    if (beat === undefined) {
      if (from !== own) changes++
    } else if (from === own) {
      beats.heard = Number(beat)
      // Of what was written before nothing may have been heard.
      if (!isHearing) changes++
      isHearing = true
    }
  }
  const listen = async (): Promise<void> => {
    const client = create()
    listener = client
    client.on('error', () => lose(client))
    client.on('end', () => lose(client))
    client.on('notification', ({ payload }) => {
      if (listener === client) hear(payload)
    })
    await client.connect()
    await client.query(`LISTEN ${CHANNEL}`)
  }
  const beat = async (): Promise<void> => {
    try {
      if (!listener) await listen()
      beats = { ...beats, sent: beats.sent + 1 }
      await send(`NOTIFY ${CHANNEL}, '${own}:${beats.sent}'`)
    } catch {
      if (listener) lose(listener)
    }
  }
  const tick = (): void => {
    if (listener && beats.heard !== beats.sent) lose(listener)
    busy ??= beat().finally(() => (busy = undefined))
  }

  return {
    notify: `NOTIFY ${CHANNEL}, '${own}'`,
    written: () => void changes++,
    version() {
      if (!timer) {
        timer = setInterval(tick, BEAT_MS).unref()
        tick()
      }
      return isHearing ? changes : undefined
    },
    async close() {
      clearInterval(timer)
      await busy
      const last = listener
      listener = undefined
      isHearing = false
      await last?.end().catch(() => {})
    },
  }
}
