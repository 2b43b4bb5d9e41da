// `skills list` of 100 and of 1,000 locked skills, and the memory of the larger.
import { join } from 'node:path'
import { type Bench, bareNode, fresh, skills } from './context.ts'
import { interleave, medianOf, peakMemory } from './measure.ts'
import { installedProject } from './projects.ts'
import { memoryRow, ratioRow, type Row } from './report.ts'

export async function list(bench: Bench): Promise<Row[]> {
  const small = installedProject(bench, 100)
  const large = installedProject(bench, 1000)
  const timings = interleave(
    [
      { name: 'node', prepare: () => bareNode(bench) },
      { name: '100', prepare: () => skills(bench, small, 'list') },
      { name: '1000', prepare: () => skills(bench, large, 'list') },
    ],
    bench.count(15),
  )
  const node = medianOf(timings, 'node')
  const row = (count: string, atMost: number): Row =>
    ratioRow('list', `\`skills list\`, ${count} skills`, {
      ms: medianOf(timings, count),
      anchor: node,
      name: 'node',
      atMost,
    })
  const peak = peakMemory(skills(bench, large, 'list'), join(fresh(bench, 'peak'), 'note'))
  return [row('100', 2.2), row('1000', 3), memoryRow('list', 'peak memory, 1000 skills', peak, 70)]
}
