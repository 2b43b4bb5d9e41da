import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { execFile } from '../../src/platform/exec.ts'

const env = { PATH: process.env.PATH }
const node = (script: string, ...args: string[]) => [process.execPath, ['-e', script, ...args]] as const

describe('execFile', () => {
  it('gives the exit status and both outputs, and fails for neither', async () => {
    const [command, args] = node(
      'process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3',
    )
    const result = await execFile(command, args, { env })
    expect({ ...result, stdout: result.stdout.toString() }).toEqual({ code: 3, stdout: 'out', stderr: 'err' })
  })

  it('passes arguments verbatim: there is no shell', async () => {
    const odd = ['$(touch x)', '; ls', '`id`', "'", '*']
    const [command, args] = node('process.stdout.write(JSON.stringify(process.argv.slice(1)))', ...odd)
    const { stdout } = await execFile(command, args, { env })
    expect(JSON.parse(stdout.toString())).toEqual(odd)
  })

  it('gives the child exactly the environment named', async () => {
    const [command, args] = node('process.stdout.write(JSON.stringify(process.env))')
    const { stdout } = await execFile(command, args, { env: { ONLY: '1' } })
    expect(JSON.parse(stdout.toString())).toEqual({ ONLY: '1' })
  })

  it('feeds the input', async () => {
    const [command, args] = node('process.stdin.pipe(process.stdout)')
    const { stdout } = await execFile(command, args, { env, input: 'x'.repeat(300_000) })
    expect(stdout.length).toBe(300_000)
  })

  it('does not mind a child that reads no input', async () => {
    const [command, args] = node('process.exit(0)')
    await expect(execFile(command, args, { env, input: 'x'.repeat(1_000_000) })).resolves.toMatchObject({
      code: 0,
    })
  })

  it('rejects with the system error when there is no such command', async () => {
    await expect(execFile('no-such-command-here', [], { env })).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it('stops a child that writes too much', async () => {
    const [command, args] = node('setInterval(() => process.stdout.write("x".repeat(65536)), 0)')
    await expect(execFile(command, args, { env, maxBytes: 100_000 })).toThrowCode('limit_exceeded')
  })

  it('stops a child that takes too long', async () => {
    const [command, args] = node('setInterval(() => {}, 1000)')
    await expect(execFile(command, args, { env, timeoutMs: 50 })).toThrowCode('fetch_failed')
  })

  it('stops the child when the one who takes its output throws', async () => {
    const [command, args] = node('setInterval(() => process.stdout.write("x"), 1)')
    const onStdout = () => {
      throw new RangeError('enough')
    }
    await expect(execFile(command, args, { env, onStdout })).rejects.toThrow('enough')
  })

  it('ends grandchildren too when it is cancelled', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'exec-')), 'pid')
    const script = `
      const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
      require('fs').writeFileSync(process.argv[1], String(child.pid))
      process.stdout.write('ready')
      setInterval(() => {}, 1000)`
    const controller = new AbortController()
    const [command, args] = node(script, file)
    const onStdout = () => controller.abort()
    await expect(execFile(command, args, { env, signal: controller.signal, onStdout })).toThrowCode(
      'cancelled',
    )
    const pid = Number(readFileSync(file, 'utf8'))
    await expect.poll(() => isRunning(pid)).toBe(false)
  })

  it('starts nothing when it is cancelled already', async () => {
    await expect(execFile('no-such-command', [], { env, signal: AbortSignal.abort() })).toThrowCode(
      'cancelled',
    )
  })
})

/** A killed process may stay as a zombie until its new parent looks. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
