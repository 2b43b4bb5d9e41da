// What a machine without power leaves: the writes of a process as the kernel saw them (strace), replayed with everything
// lost that was not yet synced.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const CALLS =
  'open,openat,creat,close,write,writev,pwrite64,pwritev,fsync,fdatasync,ftruncate,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir'

/** Runs an ES module under strace; `recording` is the trace, whole once `done` has settled. */
export function startRecorded(
  source: string,
  args: readonly string[],
): { readonly child: ChildProcess; readonly done: Promise<void>; readonly recording: string } {
  const folder = mkdtempSync(join(tmpdir(), 'recorded-'))
  const script = join(folder, 'script.mts')
  const recording = join(folder, 'trace')
  writeFileSync(script, source)
  const strace = ['-f', '--seccomp-bpf', '-qq', '-y', '-xx', '-s', '20000000', '-e', `trace=${CALLS}`]
  const node = [process.execPath, '--import', LOADER, script, ...args]
  const child = spawn('strace', [...strace, '-o', recording, ...node], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, UV_USE_IO_URING: '0' },
  })
  const done = new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve())
  })
  return { child, done, recording }
}

/** One file's bytes, now and as they are on the disk; undefined was never synced. */
interface Node {
  bytes: Buffer
  synced: Buffer | undefined
}

/**
 * `strict`: names are lost too when their folder was not synced. `torn`: names are there, bytes that were not synced are
 * not, as on file systems that write names first.
 */
export type Loss = 'strict' | 'torn'

/** The state after a call: how the disk is when all that was not synced is lost. */
export interface Disk {
  /** What is left of one file; undefined when it is not there. */
  read(path: string, how: Loss): Buffer | undefined
  /** Writes what is left below `root` into the folder, which takes its place. Links are not kept. */
  restore(root: string, into: string, how: Loss): void
}

/** The files below a folder, all of them on the disk. */
export function filesBelow(root: string): ReadonlyMap<string, Buffer> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path)]),
  )
}

/** One call of the process that changed something below the root, or what it wrote to a socket. */
export interface Call {
  readonly name: string
  readonly sent?: Buffer
}

/**
 * Replays a recording, and tells of each call with the disk of that moment.
 * @param root only what is below it is of interest
 * @param before what was there at the start
 */
export function replay(
  recording: string,
  root: string,
  onCall: (call: Call, disk: Disk) => void,
  before: ReadonlyMap<string, Buffer> = new Map(),
): void {
  const names = new Map<string, Node>()
  for (const [path, bytes] of before) names.set(path, { bytes, synced: bytes })
  const syncedNames = new Map(names)
  const positions = new Map<string, number>()
  const inside = (path: string): boolean => path.startsWith(`${root}/`)
  const disk: Disk = {
    read(path, how) {
      const node = (how === 'strict' ? syncedNames : names).get(path)
      return node && (node.synced ?? Buffer.alloc(0))
    },
    restore(from, into, how) {
      rmSync(into, { recursive: true, force: true })
      mkdirSync(into, { recursive: true })
      for (const [path, node] of how === 'strict' ? syncedNames : names) {
        // The index of a write-ahead log is made anew from the log.
        if (!path.startsWith(`${from}/`) || path.endsWith('-shm')) continue
        const target = join(into, path.slice(from.length + 1))
        mkdirSync(dirname(target), { recursive: true })
        writeFileSync(target, node.synced ?? Buffer.alloc(0))
      }
    },
  }
  const write = (path: string, bytes: Buffer, at: number): void => {
    const node = names.get(path)
    if (!node) return
    const end = at + bytes.length
    if (end > node.bytes.length)
      node.bytes = Buffer.concat([node.bytes, Buffer.alloc(end - node.bytes.length)])
    // A copy: what is synced shares nothing with what goes on.
    node.bytes = Buffer.from(node.bytes)
    bytes.copy(node.bytes, at)
  }
  for (const line of wholeCalls(readFileSync(recording, 'latin1'))) {
    const [, name = '', rest = '', result = ''] = /^(\w+)\((.*)\)\s+= (-?\d+.*)$/s.exec(line) ?? []
    if (result.startsWith('-') || result === '') continue
    const paths = [...rest.matchAll(/"((?:\\x[0-9a-f]{2})*)"/g)].map(([, hex = '']) => bytesOf(hex))
    const [, fd = '', shown = ''] = /^(\d+)<((?:\\x[0-9a-f]{2}|[^>\\])*)>/.exec(rest) ?? []
    const file = bytesOf(shown).toString() || shown
    switch (name) {
      case 'open':
      case 'openat':
      case 'creat': {
        const path = paths[0]?.toString() ?? ''
        if (!inside(path)) break
        if (/O_CREAT/.test(rest) && !names.has(path))
          names.set(path, { bytes: Buffer.alloc(0), synced: undefined })
        const node = names.get(path)
        if (node && /O_TRUNC/.test(rest)) node.bytes = Buffer.alloc(0)
        positions.set(/^\d+/.exec(result)?.[0] ?? '', /O_APPEND/.test(rest) ? (node?.bytes.length ?? 0) : 0)
        break
      }
      case 'write':
      case 'writev': {
        const bytes = Buffer.concat(paths)
        if (/^(?:socket|TCP)/.test(file)) onCall({ name, sent: bytes }, disk)
        if (!inside(file)) break
        const at = positions.get(fd) ?? 0
        write(file, bytes, at)
        positions.set(fd, at + bytes.length)
        break
      }
      case 'pwrite64':
      case 'pwritev':
        if (inside(file)) write(file, Buffer.concat(paths), Number(/, (\d+)$/.exec(rest)?.[1] ?? 0))
        break
      case 'ftruncate': {
        const node = names.get(file)
        const size = Number(/, (\d+)$/.exec(rest)?.[1] ?? 0)
        if (node)
          node.bytes = Buffer.concat([
            node.bytes.subarray(0, size),
            Buffer.alloc(Math.max(0, size - node.bytes.length)),
          ])
        break
      }
      case 'fsync':
      case 'fdatasync': {
        const node = names.get(file)
        if (node) node.synced = Buffer.from(node.bytes)
        else syncFolder(file)
        break
      }
      case 'rename':
      case 'renameat':
      case 'renameat2': {
        const [from = '', to = ''] = paths.map(String)
        const node = names.get(from)
        if (!node) break
        names.delete(from)
        names.set(to, node)
        break
      }
      case 'unlink':
      case 'unlinkat':
        names.delete(paths[0]?.toString() ?? '')
        break
    }
    if (inside(file) || paths.some((path) => inside(path.toString()))) onCall({ name }, disk)
  }

  function syncFolder(folder: string): void {
    for (const path of syncedNames.keys())
      if (dirname(path) === folder && !names.has(path)) syncedNames.delete(path)
    for (const [path, node] of names) if (dirname(path) === folder) syncedNames.set(path, node)
  }
}

/** Calls that another thread interrupted come in two parts; each is put together where it ended. */
function* wholeCalls(text: string): Generator<string> {
  const begun = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, thread = '', call = ''] = /^(\d+)\s+(.*)$/s.exec(line) ?? []
    const [, first] = /^(.*) <unfinished \.\.\.>$/s.exec(call) ?? []
    const [, last] = /^<\.\.\. \w+ resumed>(.*)$/s.exec(call) ?? []
    if (first !== undefined) begun.set(thread, first)
    else if (last !== undefined) yield `${begun.get(thread) ?? ''}${last}`
    else if (call !== '') yield call
  }
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex')
}
