// Real processes that run TypeScript, for tests of what several of them do at once.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const LOADER = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href

export interface Running {
  readonly child: ChildProcess
  /** Exit code (undefined when killed), and everything that it printed. */
  readonly done: Promise<{ readonly code: number | undefined; readonly output: string }>
}

/** Starts `node` on a script (ES module source that may import TypeScript by absolute path). */
export function startScript(source: string, args: readonly string[]): Running {
  const folder = mkdtempSync(join(tmpdir(), 'script-'))
  const file = join(folder, 'script.mts')
  writeFileSync(file, source)
  const child = spawn(process.execPath, ['--import', LOADER, file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()))
  const done = new Promise<{ code: number | undefined; output: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      rmSync(folder, { recursive: true, force: true })
      resolve({ code: code ?? undefined, output })
    })
  })
  return { child, done }
}

/** Runs a script in `count` processes at once; each gets its number as the last argument. Fails when one fails. */
export async function runParallel(count: number, source: string, args: readonly string[]): Promise<string[]> {
  const running = Array.from({ length: count }, (_, index) => startScript(source, [...args, String(index)]))
  const results = await Promise.all(running.map(({ done }) => done))
  for (const { code, output } of results) {
    if (code !== 0) throw new Error(`a process ended with ${code}: ${output}`)
  }
  return results.map(({ output }) => output)
}
