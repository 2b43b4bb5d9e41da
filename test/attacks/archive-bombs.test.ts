// Archives that are small to send and large to unpack.
import { createGzip, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readArchive } from '../../src/platform/archive.ts'
import { LIMITS } from '../../src/platform/limits.ts'
import { processorTime } from '../support/processor-time.ts'
import { entry, file, folder, pax, tar, tgz } from '../support/tar-builder.ts'
import { zip } from '../support/zip-builder.ts'

const small = {
  unpackedBytes: 100_000,
  ratioFloor: 50_000,
  unpackRatio: 200,
  entries: 10,
  archiveBytes: 1_000_000,
}

describe('a bomb', () => {
  it('is refused by size, by ratio, by number of entries and by size of the archive', async () => {
    const read = (bytes: Buffer, limits = {}) => readArchive(bytes, { limits: { ...small, ...limits } })
    await expect(read(tgz(file('a', Buffer.alloc(200_000))))).toThrowCode('limit_exceeded')
    await expect(read(tgz(file('a', Buffer.alloc(90_000))))).toThrowCode('limit_exceeded')
    await expect(read(tar(file('a', Buffer.alloc(200_000))))).toThrowCode('limit_exceeded')
    await expect(read(tar(...Array.from({ length: 11 }, (_, i) => file(`f${i}`))))).toThrowCode(
      'limit_exceeded',
    )
    await expect(read(tar(...Array.from({ length: 11 }, (_, i) => folder(`f${i}`))))).toThrowCode(
      'limit_exceeded',
    )
    await expect(read(tar(file('a')), { archiveBytes: 1000 })).toThrowCode('limit_exceeded')
    await expect(read(zip([{ name: 'a', body: Buffer.alloc(90_000) }]))).toThrowCode('limit_exceeded')
    await expect(read(zip(Array.from({ length: 11 }, (_, i) => ({ name: `f${i}` }))))).toThrowCode(
      'limit_exceeded',
    )
    expect(await read(tgz(file('a', Buffer.alloc(40_000))))).toHaveLength(1)
  })

  it('is refused when its gzip trailer lies about its size', async () => {
    const bytes = tgz(file('a', Buffer.alloc(2_000_000)))
    bytes.writeUInt32LE(2048, bytes.length - 4)
    await expect(readArchive(bytes, { limits: small })).toThrowCode('limit_exceeded')
    const lie = tgz(file('a', Buffer.alloc(30_000)))
    lie.writeUInt32LE(2048, lie.length - 4)
    await expect(readArchive(lie, { limits: small })).toThrowCode('archive_invalid')
  })

  it('is refused when it comes in many gzip members', async () => {
    const zeros = gzipSync(Buffer.alloc(20_000))
    await expect(readArchive(Buffer.concat(Array(50).fill(zeros)), { limits: small })).toThrowCode(
      'limit_exceeded',
    )
  })

  it('of 10 GB in 10 MB is refused in a moment and without its memory', async () => {
    const member = await gzip(64 * 1024 * 1024)
    const bytes = Buffer.concat(Array(160).fill(member))
    const before = process.memoryUsage().rss
    const started = processorTime()
    await expect(readArchive(bytes)).toThrowCode('limit_exceeded')
    expect(processorTime() - started).toBeLessThan(8000)
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024)
  })

  it('that says so itself is refused at once', async () => {
    const bytes = await gzip(600 * 1024 * 1024)
    const started = processorTime()
    await expect(readArchive(bytes)).toThrowCode('limit_exceeded')
    expect(processorTime() - started).toBeLessThan(5000)
  })

  it('of a million entries is refused without its memory', async () => {
    const block = Buffer.concat(Array.from({ length: 1000 }, (_, i) => entry({ name: `f${i}` })))
    const stream = createGzip({ level: 1 })
    const chunks: Buffer[] = []
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    for (let i = 0; i < 1000; i++) {
      if (!stream.write(block)) await new Promise((resolve) => stream.once('drain', resolve))
    }
    stream.end()
    await new Promise((resolve) => stream.on('end', resolve))
    const before = process.memoryUsage().rss
    const started = processorTime()
    await expect(readArchive(Buffer.concat(chunks))).toThrowCode('limit_exceeded')
    expect(processorTime() - started).toBeLessThan(5000)
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024)
  })

  it('of depth or of metadata is refused', async () => {
    await expect(readArchive(tar(pax({ path: `${'a/'.repeat(10_000)}b` }), file('x')))).toThrowCode(
      'archive_unsafe',
    )
    await expect(readArchive(tar(pax({ comment: 'x'.repeat(2 * 1024 * 1024) }), file('x')))).toThrowCode(
      'limit_exceeded',
    )
  })

  it('of overlapping zip entries is refused before anything is inflated', async () => {
    const kernel = { name: 'a', body: Buffer.alloc(1024 * 1024) }
    const entries = Array.from({ length: 100 }, (_, i) => ({
      ...kernel,
      name: `n${i}`,
      offset: 0,
      local: { name: 'n0' },
    }))
    await expect(readArchive(zip(entries))).toThrowCode('archive_invalid')
    expect(LIMITS.unpackedBytes).toBe(512 * 1024 * 1024)
  })
})

/** The gzip of that many zeros, without ever holding them. */
async function gzip(size: number): Promise<Buffer> {
  const stream = createGzip({ level: 9 })
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  const zeros = Buffer.alloc(1024 * 1024)
  for (let written = 0; written < size; written += zeros.length) {
    if (!stream.write(zeros)) await new Promise((resolve) => stream.once('drain', resolve))
  }
  stream.end()
  await new Promise((resolve) => stream.on('end', resolve))
  return Buffer.concat(chunks)
}
