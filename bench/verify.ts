// `skills verify` of 1,000 skills beside a plain loop that reads and hashes the same files.
import { fileURLToPath } from 'node:url'
import { type Bench, skills } from './context.ts'
import { type Command, interleave, medianOf } from './measure.ts'
import { installedProject, type Place } from './projects.ts'
import { rateRow, type Row } from './report.ts'

const COUNT = 1000

export async function verify(bench: Bench): Promise<Row[]> {
  const place = installedProject(bench, COUNT)
  const timings = interleave(
    [
      { name: 'loop', prepare: () => plainLoop(bench, place) },
      { name: 'verify', prepare: () => skills(bench, place, 'verify') },
    ],
    bench.count(15),
  )
  return [
    rateRow('verify', `\`skills verify\`, ${COUNT} skills`, {
      ms: medianOf(timings, 'verify'),
      anchor: medianOf(timings, 'loop'),
      name: 'of the plain loop',
      atLeast: 0.75,
    }),
  ]
}

function plainLoop(bench: Bench, place: Place): Command {
  const script = fileURLToPath(new URL('anchor-hash.js', import.meta.url))
  return { ...skills(bench, place, ''), argv: [bench.node, script, '.agents/skills'] }
}
