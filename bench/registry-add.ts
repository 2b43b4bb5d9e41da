// `skills add` out of our registry into a new project with nothing cached, beside a plain script that fetches, hashes and
// unpacks the same bytes.
import { fileURLToPath } from 'node:url'
import type { SkillFile } from '../src/integrity/tree.ts'
import { markdown, noise, python, skillMd } from './content.ts'
import { type Bench, cleanEnv, fresh, skillsInFreshHome } from './context.ts'
import { type Command, interleave, medianOf } from './measure.ts'
import { artifact, pushAll, SCOPE } from './push.ts'
import { startOwn } from './registries.ts'
import { ratioRow, type Row } from './report.ts'

const SCRIPT = fileURLToPath(new URL('anchor-fetch.js', import.meta.url))

export async function registryAdd(bench: Bench): Promise<Row[]> {
  const skills = { small: filesOf('small', 5, 4096), large: filesOf('large', 20, 10_240) }
  const registry = await startOwn(bench)
  try {
    const all = Object.entries(skills).map(([name, files]) => artifact(name, '1.0.0', files))
    await pushAll(registry, all, 1)
    const plain = (name: string): Command => {
      const cwd = fresh(bench, 'plain')
      const args = [SCRIPT, registry.origin, `${SCOPE}/${name}`, '1.0.0', cwd] as const
      return { argv: [bench.node, ...args], cwd, env: cleanEnv(cwd) }
    }
    const add = (name: string): Command =>
      skillsInFreshHome(
        bench,
        `add @${SCOPE}/${name} --registry ${registry.origin} -a claude-code --yes --grant requested`,
      )
    const variants = Object.keys(skills).flatMap((name) => [
      { name: `plain ${name}`, prepare: () => plain(name) },
      { name: `add ${name}`, prepare: () => add(name) },
    ])
    const timings = interleave(variants, bench.count(15))
    return Object.entries(skills).map(([name, files]) =>
      ratioRow('registry-add', `a skill of ${files.length} files, ${kilobytes(files)} KB`, {
        ms: medianOf(timings, `add ${name}`),
        anchor: medianOf(timings, `plain ${name}`),
        name: 'the plain script',
        atMost: 2,
      }),
    )
  } finally {
    await registry.stop()
  }
}

/** So many files of about this size: text, scripts, and every fourth one that does not compress. */
function filesOf(name: string, count: number, bytes: number): readonly SkillFile[] {
  const others = Array.from({ length: count - 1 }, (_, at): SkillFile => {
    const seed = `${name} ${at}`
    if (at % 4 === 1) return { path: `scripts/step_${at}.py`, bytes: python(seed, bytes) }
    if (at % 4 === 3) return { path: `assets/part-${at}.bin`, bytes: noise(seed, bytes) }
    return { path: `references/topic-${at}.md`, bytes: markdown(seed, bytes) }
  })
  return [{ path: 'SKILL.md', bytes: skillMd(name, bytes) }, ...others]
}

function kilobytes(files: readonly SkillFile[]): number {
  return Math.round(files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024)
}
