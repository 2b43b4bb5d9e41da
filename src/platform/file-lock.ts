// One process at a time, by a file that names its holder. Survives a killed holder: a lock whose process has certainly
// ended is broken by the next one. Never lets two in, and never breaks a lock that it cannot judge.
//
// The file appears with its content at once (a private file, then a hard link). Only its holder, or one process that
// holds a second lock named after the first one's token, may remove it; so it cannot change between look and removal.
import { randomBytes } from 'node:crypto'
import { linkSync, lstatSync, readdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { SkillsError } from '../errors/error.ts'
import { discard, errnoOf, isAlive, isMissing, readFileBounded, toFsError, makeFolders } from './fs.ts'
import { fateOf, ownIdentity, type ProcessIdentity } from './process-identity.ts'
import { displayText } from './text.ts'

export interface FileLockOptions {
  readonly signal?: AbortSignal
  /** How long to wait for another holder; 5 minutes when absent, 0 to try once. */
  readonly timeoutMs?: number
  /** Called once when the lock is held by another process. */
  readonly onWait?: (holderPid: number) => void
  /** Believe in no holder that this machine cannot see: for a file that others may have put there. */
  readonly onlyVisible?: boolean
}

interface Holder {
  readonly token: string
  /** Absent when the file cannot be understood. */
  readonly process?: ProcessIdentity
}

interface Stale {
  readonly path: string
  readonly token: string
}

const WAIT_MS = 5 * 60 * 1000
/** A file without sense is what a power cut left, unless it was made just now. */
const SENSELESS_MS = 5000
/** Tries in a row that end because the lock or its folder vanished in between. */
const MAX_RETRIES = 1000
/** Processes killed one after another while each broke the guard of the last. */
const MAX_GUARDS = 16

/**
 * Runs `fn` while this process holds the lock file `path`, and gives its result. Missing folders are created, again when
 * another process removes them. Not reentrant: the same process waits for itself.
 * @throws lock_busy after `timeoutMs`; cancelled when `signal` fires while waiting; permission_denied, disk_full, fs_failed
 */
export async function withFileLock<T>(
  path: string,
  options: FileLockOptions,
  fn: () => T | Promise<T>,
): Promise<T> {
  const token = await acquire(path, options)
  try {
    sweep(path)
    return await fn()
  } finally {
    release(path, token)
  }
}

async function acquire(
  path: string,
  { signal, timeoutMs = WAIT_MS, onWait, onlyVisible = false }: FileLockOptions,
): Promise<string> {
  const deadline = Date.now() + timeoutMs
  let waited = false
  for (let retries = 0; ; retries++) {
    checkSignal(signal)
    const attempt = tryAcquire(path, onlyVisible)
    if (typeof attempt === 'string') return attempt
    if (attempt === undefined && retries < MAX_RETRIES) continue
    if (attempt === undefined) throw vanishing(path)
    retries = 0
    if (!waited && attempt.process) onWait?.(attempt.process.pid)
    waited ||= attempt.process !== undefined
    if (Date.now() >= deadline) throw busy(path, attempt)
    await sleep(5 + Math.random() * 45, undefined, signal ? { signal } : {}).catch(() => checkSignal(signal))
  }
}

function vanishing(path: string): SkillsError {
  return new SkillsError('fs_failed', `The folder of a lock keeps vanishing: ${displayText(dirname(path))}`, {
    details: { file: path },
  })
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  if (signal.reason instanceof SkillsError) throw signal.reason
  throw new SkillsError('cancelled', 'Cancelled while waiting for another process', { cause: signal.reason })
}

/** The token when it was acquired, the holder when there is one, undefined when it is worth trying again at once. */
function tryAcquire(path: string, onlyVisible: boolean): string | Holder | undefined {
  const token = randomBytes(12).toString('hex')
  if (create(path, token)) return token
  const holder = holderOf(path)
  const isStrange = onlyVisible && holder?.process && fateOf(holder.process) === 'unknown'
  if (!holder || (!isStrange && !hasEnded(holder))) return holder
  return breakLock(path, { path, token: holder.token }) ? undefined : holder
}

function create(path: string, token: string): boolean {
  const content = JSON.stringify({ ...ownIdentity(), token })
  const draft = `${path}.${process.pid}-${token}.tmp`
  try {
    writeFileSync(draft, content, { flag: 'wx' })
    linkSync(draft, path)
    return true
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'EEXIST') return false
    if (errno === 'ENOENT') return makeFolder(path)
    if (errno !== undefined && NO_LINKS.has(errno) && !lacksPermission(draft))
      return createInPlace(path, content)
    throw toFsError(error, path)
  } finally {
    discard(draft)
  }
}

/** What file systems without hard links answer. */
const NO_LINKS: ReadonlySet<string> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EISDIR',
])

/** EPERM also means that the draft could not be written; then there is none. */
function lacksPermission(draft: string): boolean {
  return lstatSync(draft, { throwIfNoEntry: false }) === undefined
}

function createInPlace(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx' })
    return true
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false
    throw toFsError(error, path)
  }
}

function makeFolder(path: string): false {
  try {
    makeFolders(dirname(path), 0o700)
    return false
  } catch (error) {
    // Another process may remove a parent in this very moment: worth another try.
    if (!isMissing(error)) throw toFsError(error, path)
    return false
  }
}

function holderOf(path: string): Holder | undefined {
  const text = readFileBounded(path, 64 * 1024)?.toString('utf8')
  if (text === undefined) return undefined
  const holder = parseHolder(text)
  if (holder) return holder
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat && { token: `senseless-${stat.ino}-${Math.trunc(stat.mtimeMs)}` }
}

function parseHolder(text: string): Holder | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { token, pid, ...rest } = value as Record<string, unknown>
  const texts = [token, rest.started, rest.boot, rest.host, rest.namespace]
  if (!texts.every((item) => typeof item === 'string') || !Number.isSafeInteger(pid)) return undefined
  if (!/^[0-9a-f]{24}$/.test(String(token)) || Number(pid) <= 0) return undefined
  return { token: String(token), process: value as ProcessIdentity }
}

function hasEnded(holder: Holder): boolean {
  if (holder.process) return fateOf(holder.process) === 'ended'
  const made = Number(holder.token.split('-')[2])
  return Math.abs(Date.now() - made) > SENSELESS_MS
}

/**
 * Removes a lock file if it still is the one with this token; false when a living process is about to. Whoever holds
 * `<base>.<token>.break` is the only one who may, and that guard is a lock of the same kind with the same `base`.
 */
function breakLock(base: string, { path, token }: Stale, depth = 0): boolean {
  const guard = `${base}.${token}.break`
  const guardToken = randomBytes(12).toString('hex')
  if (!create(guard, guardToken)) {
    const holder = holderOf(guard)
    if (!holder) return true
    const stuck = depth > MAX_GUARDS || !hasEnded(holder)
    return !stuck && breakLock(base, { path: guard, token: holder.token }, depth + 1)
  }
  try {
    if (holderOf(path)?.token === token) unlinkSync(path)
    return true
  } catch (error) {
    if (isMissing(error)) return true
    throw toFsError(error, path)
  } finally {
    release(guard, guardToken)
  }
}

function release(path: string, token: string): void {
  try {
    if (holderOf(path)?.token === token) unlinkSync(path)
  } catch (error) {
    if (!isMissing(error)) throw toFsError(error, path)
  }
}

/** Removes what killed processes left beside the lock: drafts that were never linked, and guards. */
function sweep(path: string): void {
  const folder = dirname(path)
  const prefix = `${basename(path)}.`
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix)) continue
    const beside = join(folder, name)
    const draft = /\.(\d+)-[0-9a-f]{24}\.tmp$/.exec(name)
    if (draft && !isAlive(Number(draft[1]))) discard(beside)
    const guard = name.endsWith('.break') ? holderOf(beside) : undefined
    if (guard && hasEnded(guard)) breakLock(path, { path: beside, token: guard.token })
  }
}

function busy(path: string, { process: holder }: Holder): SkillsError {
  const shown = displayText(path)
  if (!holder) {
    return new SkillsError('lock_busy', `A lock file without a readable holder stands: ${shown}`, {
      hint: 'run the command again in a few seconds',
      details: { file: path },
    })
  }
  const elsewhere = fateOf(holder) === 'unknown'
  const host = displayText(holder.host.split('/')[0] ?? '')
  return new SkillsError(
    'lock_busy',
    `Process ${holder.pid}${elsewhere ? ` on ${host}` : ''} holds ${shown}`,
    {
      hint: elsewhere
        ? `whether it still runs cannot be seen from this machine; if it does not, remove ${shown}`
        : 'wait until it has finished, then run the command again',
      details: { file: path, pid: holder.pid, host },
    },
  )
}
