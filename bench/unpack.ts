// 1,000 small archives read, judged and written, beside node's tar in its asynchronous form.
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { type Bench, cleanEnv, fresh } from './context.ts'
import { makeFixtures } from './fixtures.ts'
import { type Command, interleave, medianOf } from './measure.ts'
import { ratioRow, type Row } from './report.ts'

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

export async function unpack(bench: Bench): Promise<Row[]> {
  const own = await bundle(bench)
  const { archives } = makeFixtures(bench.scratch)
  const unpackWith = (script: string): Command => {
    const cwd = fresh(bench, 'unpack')
    return { argv: [bench.node, script, archives, cwd], cwd, env: cleanEnv(cwd) }
  }
  const timings = interleave(
    [
      { name: 'tar', prepare: () => unpackWith(here('anchor-untar.js')) },
      { name: 'own', prepare: () => unpackWith(own) },
    ],
    bench.count(7),
  )
  return [
    ratioRow('unpack', '1000 archives of 5 files', {
      ms: medianOf(timings, 'own'),
      anchor: medianOf(timings, 'tar'),
      name: 'tar.x()',
      atMost: 0.65,
    }),
  ]
}

async function bundle(bench: Bench): Promise<string> {
  const dir = fresh(bench, 'bundle')
  const build = await rolldown({ input: here('own-untar.ts'), platform: 'node', external: ['tar', 'yauzl'] })
  await build.write({ dir, format: 'esm', minify: true, entryFileNames: 'own-untar.mjs' })
  mkdirSync(dir, { recursive: true })
  symlinkSync(here('../node_modules'), join(dir, 'node_modules'))
  return join(dir, 'own-untar.mjs')
}
