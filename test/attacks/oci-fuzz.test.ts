// Mutated manifests, challenges and layers: every one is read or refused with a code, soon.
// SKILLWARD_TEST_FAULTS=full makes 100,000 mutants instead of 3,000.
import { expect, test } from 'vitest'
import { SkillsError } from '../../src/errors/error.ts'
import { sha256Digest } from '../../src/integrity/digest.ts'
import { parseChallenges } from '../../src/oci/challenge.ts'
import { unpackArtifact } from '../../src/oci/unpack.ts'
import { pathProblem } from '../../src/platform/path-name.ts'
import { parseSpec } from '../../src/sources/spec.ts'
import { packedPdf } from '../support/oci-skill.ts'
import { processorTime } from '../support/processor-time.ts'

const MUTANTS = process.env.SKILLWARD_TEST_FAULTS === 'full' ? 100_000 : 3000

/** Numbers that are the same in every run (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const SNIPPETS = [
  'null',
  '[]',
  '{}',
  '-1',
  '1e999',
  '"\\u0000"',
  '"__proto__"',
  '"../x"',
  '"sha256:x"',
  '"',
  '{',
  '}',
  ',',
  '\u202e',
]

function mutate(bytes: Buffer, next: () => number): Buffer {
  const at = Math.floor(next() * bytes.length)
  const rest = bytes.subarray(Math.min(bytes.length, at + Math.floor(next() * 12)))
  const kind = next()
  if (kind < 0.3) {
    const copy = Buffer.from(bytes)
    copy[at] = Math.floor(next() * 256)
    return copy
  }
  if (kind < 0.5) return Buffer.concat([bytes.subarray(0, at), rest])
  const snippet = Buffer.from(SNIPPETS[Math.floor(next() * SNIPPETS.length)] ?? '')
  return Buffer.concat([bytes.subarray(0, at), snippet, rest])
}

test('a mutated artifact is read or refused, never half', async () => {
  const next = random(7)
  const packed = packedPdf()
  const [layer] = packed.layers
  if (!layer) throw new Error('no layer')
  const outcomes = { read: 0, refused: 0 }
  for (let index = 0; index < MUTANTS; index++) {
    const inLayer = index % 4 === 0
    // The layer is behind a digest; whoever controls both can write what follows.
    const content = inLayer ? mutate(layer.bytes, next) : layer.bytes
    const text = packed.manifest
      .toString()
      .replaceAll(layer.digest, sha256Digest(content))
      .replace(`"size":${layer.bytes.length}`, `"size":${content.length}`)
    const manifest = inLayer ? Buffer.from(text) : mutate(packed.manifest, next)
    const reader = { manifest: async () => manifest, blob: async () => content }
    try {
      const entries = await unpackArtifact(manifest, { reader, what: 'mutant' })
      expect(entries.filter(({ path }) => pathProblem(path) !== undefined)).toEqual([])
      outcomes.read += 1
    } catch (error) {
      if (!(error instanceof SkillsError) || error.code === 'internal') throw error
      outcomes.refused += 1
    }
  }
  expect(outcomes.read).toBeGreaterThan(0)
  expect(outcomes.refused).toBeGreaterThan(0)
})

test('a mutated challenge or reference is read or refused, soon', () => {
  const next = random(11)
  const challenge = Buffer.from(
    'Bearer realm="https://a.example/t",service="s",scope="repository:a:pull", Basic realm=x',
  )
  const reference = Buffer.from(`oci://ghcr.io:443/owner/pdf:1.2.0@sha256:${'a'.repeat(64)}`)
  const started = processorTime()
  for (let index = 0; index < MUTANTS; index++) {
    let header: Buffer = challenge
    let text: Buffer = reference
    for (let times = 0; times < 4; times++) {
      header = mutate(header, next)
      text = mutate(text, next)
    }
    for (const { scheme } of parseChallenges(header.toString('latin1')))
      expect(scheme).toMatch(/^[a-z][a-z0-9_-]*$/)
    try {
      const spec = parseSpec(`oci://${text.toString()}`)
      expect(spec.kind === 'oci' && spec.repository).toMatch(/^[a-z0-9._/-]+$/)
    } catch (error) {
      if (!(error instanceof SkillsError)) throw error
    }
  }
  expect((processorTime() - started) / MUTANTS).toBeLessThan(2)
})
