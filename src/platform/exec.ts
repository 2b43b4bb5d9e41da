// Runs a program and collects what it says. Never a shell; never leaves a child behind: the whole process group ends on
// abort, timeout or overflow. The child has no terminal, so nothing it starts can ask there.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { SkillsError } from '../errors/error.ts'

export interface ExecOptions {
  readonly cwd?: string
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly input?: Uint8Array | string
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Of standard output; standard error is cut at 64 KiB and never fails. */
  readonly maxBytes?: number
  /** Takes standard output as it comes, instead of collecting it; what it throws ends the child. */
  readonly onStdout?: (chunk: Buffer) => void
}

export interface ExecResult {
  /** Exit status; 128 + the signal's number when a signal ended it. */
  readonly code: number
  readonly stdout: Buffer
  readonly stderr: string
}

const STDERR_BYTES = 64 * 1024
const DEFAULT_MAX = 64 * 1024 * 1024

/**
 * Runs `command` with exactly these arguments and waits for its end. A non-zero exit is a result, not an error.
 * @throws cancelled when the signal aborts, limit_exceeded past `maxBytes`, fetch_failed past `timeoutMs`;
 *   the system's own error (`code: 'ENOENT'`) when the command cannot be started
 */
export function execFile(
  command: string,
  args: readonly string[],
  options: ExecOptions,
): Promise<ExecResult> {
  return new Promise((resolve, reject) => {
    if (options.signal?.aborted) {
      reject(cancelled())
      return
    }
    const child = startProcess(command, args, options)
    const maxBytes = options.maxBytes ?? DEFAULT_MAX
    const chunks: Buffer[] = []
    const errors: Buffer[] = []
    let size = 0
    let errorSize = 0
    let failure: Error | undefined
    const stop = (error: Error) => {
      failure ??= error
      killTree(child)
    }
    const onAbort = () => stop(cancelled())
    options.signal?.addEventListener('abort', onAbort, { once: true })
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop(timedOut(command, options.timeoutMs ?? 0)), options.timeoutMs)
    child.stdout.on('data', (chunk: Buffer) => {
      if (failure !== undefined) return
      size += chunk.length
      if (options.onStdout) {
        try {
          options.onStdout(chunk)
        } catch (error) {
          stop(error instanceof Error ? error : new Error(String(error)))
        }
      } else if (size > maxBytes) {
        stop(new SkillsError('limit_exceeded', `${command} wrote more than ${maxBytes} bytes`))
      } else {
        chunks.push(chunk)
      }
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (errorSize >= STDERR_BYTES) return
      errorSize += chunk.length
      errors.push(chunk)
    })
    child.on('error', (error) => {
      failure ??= error
      if (child.pid === undefined) settle(-1)
    })
    const settle = (code: number) => {
      clearTimeout(timer)
      options.signal?.removeEventListener('abort', onAbort)
      if (failure !== undefined) reject(failure)
      else {
        const stderr = Buffer.concat(errors).subarray(0, STDERR_BYTES).toString('utf8')
        resolve({ code, stdout: Buffer.concat(chunks), stderr })
      }
    }
    child.on('close', (code, signal) => settle(code ?? (signal === null ? 1 : 128 + signalNumber(signal))))
    child.stdin.end(options.input ?? '')
  })
}

/**
 * Starts a child in its own process group, with pipes and without a terminal. Its owner ends it with `killTree`.
 * A broken input pipe is no error here: the exit status tells the story.
 */
export function startProcess(
  command: string,
  args: readonly string[],
  options: Pick<ExecOptions, 'cwd' | 'env'>,
): ChildProcessWithoutNullStreams {
  const child = spawn(command, args, {
    env: { ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A group of its own is what lets `killTree` reach grandchildren such as ssh.
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  })
  child.stdin.on('error', () => {})
  return child
}

/** Ends a child of `startProcess` and everything it started; safe to call at any time. */
export function killTree(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return
  try {
    if (process.platform === 'win32') child.kill('SIGKILL')
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group is gone already.
  }
  child.stdout.destroy()
  child.stderr.destroy()
}

function signalNumber(signal: NodeJS.Signals): number {
  return signal === 'SIGKILL' ? 9 : signal === 'SIGTERM' ? 15 : signal === 'SIGPIPE' ? 13 : 2
}

function cancelled(): SkillsError {
  return new SkillsError('cancelled', 'Cancelled')
}

function timedOut(command: string, ms: number): SkillsError {
  return new SkillsError(
    'fetch_failed',
    `${command} did not finish within ${Math.round(ms / 1000)} seconds`,
    {
      hint: 'check the network and try again',
    },
  )
}
