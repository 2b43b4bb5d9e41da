import { PassThrough, Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPrinter } from '../../src/cli/output.ts'
import { createProgress } from '../../src/cli/progress.ts'
import type { World } from '../../src/cli/world.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function world(stdout: Writable, stderr: Writable): World {
  return { stdin: new PassThrough(), stdout, stderr, onSignal: () => () => {}, abort: () => {} }
}

function recorder(): { stream: Writable; text: () => string } {
  let text = ''
  const stream = new Writable({ write: (chunk, _encoding, done) => ((text += String(chunk)), done()) })
  return { stream: Object.assign(stream, { isTTY: true, columns: 40 }), text: () => text }
}

test('nothing is shown before 300 ms, and the line is taken away at the end', () => {
  const { stream, text } = recorder()
  const printer = createPrinter(world(new PassThrough(), stream), { env: {}, flag: false })
  const progress = createProgress(printer)
  progress.report('fetching a\u001b[31m repository with a very long name indeed')
  vi.advanceTimersByTime(290)
  expect(text()).toBe('')
  vi.advanceTimersByTime(100)
  expect(text()).toMatch(/^\r\u001b\[2K. fetching a\\u\{1b\}\[31m repository/)
  expect(text()).not.toContain('\u001b[31m')
  expect(
    text()
      .split('\r')
      .every((line) => line.length <= 4 + 40),
  ).toBe(true)
  progress.clear()
  expect(text().endsWith('\r\u001b[2K')).toBe(true)
  const before = text()
  vi.advanceTimersByTime(1000)
  expect(text()).toBe(before)
})

test('a result takes the line away before it is written', () => {
  const err = recorder()
  const out = recorder()
  const printer = createPrinter(world(out.stream, err.stream), { env: {}, flag: false })
  createProgress(printer).report('working')
  vi.advanceTimersByTime(500)
  printer.result('done')
  expect(err.text().endsWith('\r\u001b[2K')).toBe(true)
  expect(out.text()).toBe('done\n')
})

test('a reader that goes away is no error', () => {
  const closed = new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  })
  const printer = createPrinter(world(closed, new PassThrough()), { env: {} })
  expect(() => {
    printer.result('one')
    printer.result('two')
  }).not.toThrow()
})
