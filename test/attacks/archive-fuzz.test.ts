// Mutated archives: every answer is a list of safe entries or a SkillsError, and comes soon.
// SKILLWARD_TEST_FAULTS=full makes 100,000 mutants instead of 2,000.
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import { readArchive } from '../../src/platform/archive.ts'
import { pathCollision, pathProblem } from '../../src/platform/path-name.ts'
import { processorTime } from '../support/processor-time.ts'
import { entry, file, folder, gnuLong, hardlink, pax, symlink, tar, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const MUTANTS = process.env.SKILLWARD_TEST_FAULTS === 'full' ? 100_000 : 2000

const plain = [
  tar(folder('s'), file('s/SKILL.md', 'hello'), file('s/b', 'x'.repeat(700)), symlink('s/l', 'b')),
  tar(pax({ comment: 'c' }, 'g'), pax({ path: 's/größe', mtime: '1.5' }), file('x', 'y')),
  tar(
    gnuLong('K', 'a'),
    gnuLong('L', `s/${'n'.repeat(120)}`),
    entry({ name: 'c', type: '2', link: 'a', magic: 'ustar  \0' }),
    file('s/a'),
  ),
  tar(file('a'), hardlink('b', 'a'), entry({ name: 'd', type: '3' })),
]
const seeds = [
  ...plain,
  tgz(file('a', 'hello '.repeat(50)), file('b')),
  Buffer.concat([gzipSync(plain[0]?.subarray(0, 900) ?? ''), gzipSync(plain[0]?.subarray(900) ?? '')]),
  zip([{ name: 'd/' }, { name: 'd/a', body: 'hello '.repeat(50) }, { name: 'd/b', body: 'b', store: true }], {
    comment: 'c',
  }),
  zip(
    [
      { name: 'a', body: 'x', descriptor: 'signed' },
      { name: 'l', body: 'a', mode: 0o120777 },
    ],
    { zip64: {} },
  ),
]

/** mulberry32: the same mutants on every machine. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

function mutate(seed: Buffer, next: (below: number) => number): Buffer {
  let bytes: Buffer = Buffer.from(seed)
  for (let i = 1 + next(4); i > 0; i--) {
    if (bytes.length === 0) return bytes
    const at = next(bytes.length)
    const kind = next(8)
    if (kind === 0) bytes[at] = next(256)
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8))
    else if (kind === 2) bytes = bytes.subarray(0, at)
    else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + next(600))])
    else if (kind === 4)
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        bytes.subarray(next(at + 1), at + 512),
        bytes.subarray(at),
      ])
    else if (kind === 5)
      bytes.fill([0, 0xff, 0x30, 0x2e][next(4)] ?? 0, at, Math.min(at + next(16), bytes.length))
    else if (kind === 6)
      bytes.write(['../', '/', '\\', 'C:', '\0', '999999999', '-1', 'path='][next(8)] ?? '', at)
    else bytes = Buffer.concat([bytes, seeds[next(seeds.length)] ?? seed])
  }
  return next(3) === 0 ? fixChecksums(bytes) : bytes
}

/** Makes the headers of a tar believable again, so that mutants get past the first check. */
function fixChecksums(bytes: Buffer): Buffer {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes.toString('latin1', at + 257, at + 262) !== 'ustar') continue
    bytes.fill(0x20, at + 148, at + 156)
    let sum = 0
    for (let i = at; i < at + 512; i++) sum += bytes[i] ?? 0
    bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  }
  return bytes
}

it(
  `answers ${MUTANTS} mutants with safe entries or a SkillsError, each in less than 2 seconds`,
  { timeout: 3_600_000 },
  async () => {
    const next = random(20_261_121)
    const codes = new Map<string, number>()
    let slowest = 0
    for (let i = 0; i < MUTANTS; i++) {
      const bytes = mutate(seeds[i % seeds.length] ?? Buffer.alloc(0), next)
      // Half of the tars go in gzipped, which no mutation of gzipped bytes would reach.
      const input = i % 2 === 0 && bytes[0] !== 0x1f ? gzipSync(bytes, { level: 1 }) : bytes
      const started = processorTime()
      let code = 'read'
      try {
        const entries = await readArchive(input, {
          limits: { unpackedBytes: 10_000_000, ratioFloor: 10_000_000 },
        })
        for (const found of entries) expect(pathProblem(found.path)).toBeUndefined()
        expect(pathCollision(entries.map((found) => found.path))).toBeUndefined()
      } catch (error) {
        if (!(error instanceof SkillsError))
          throw new Error(`mutant ${i} escaped: ${String(error)}`, { cause: error })
        code = error.code
      }
      slowest = Math.max(slowest, processorTime() - started)
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    expect(slowest).toBeLessThan(2000)
    expect([...codes.keys()].toSorted()).toEqual([
      'archive_invalid',
      'archive_unsafe',
      'limit_exceeded',
      'read',
    ])
    expect(process.memoryUsage().rss).toBeLessThan(600 * 1024 * 1024)
  },
)
