// The same `skills add` once more when everything stands: every byte is hashed again and nobody is asked.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, bareNode, fresh, skills } from './context.ts'
import { ONE_SKILL } from './fixtures.ts'
import { type Command, interleave, medianOf, run } from './measure.ts'
import { countRow, ratioRow, type Row } from './report.ts'

export async function reAdd(bench: Bench): Promise<Row[]> {
  const one = added(bench, `--skill ${ONE_SKILL}`)
  const all = added(bench, '--all')
  const before = await bench.servers.count()
  const timings = interleave(
    [
      { name: 'node', prepare: () => bareNode(bench) },
      { name: 'one', prepare: () => one },
      { name: 'all', prepare: () => all },
    ],
    bench.count(15),
  )
  const requests = (await bench.servers.count()) - before
  const node = { anchor: medianOf(timings, 'node'), name: 'node' }
  return [
    ratioRow('re-add', 'one skill, unchanged', { ms: medianOf(timings, 'one'), ...node, atMost: 2.2 }),
    ratioRow('re-add', '18 skills, unchanged', { ms: medianOf(timings, 'all'), ...node, atMost: 4 }),
    countRow('re-add', 'requests of all these runs', requests, 0),
  ]
}

/** Adds once, and gives the command that does it again. */
function added(bench: Bench, what: string): Command {
  const root = fresh(bench, 'added')
  const place = { cwd: join(root, 'project'), home: join(root, 'home') }
  mkdirSync(place.cwd)
  const url = `${bench.servers.git}/bench/skills.git`
  const command = skills(bench, place, `add ${url} ${what} -a claude-code --yes --grant requested`)
  run(command)
  return command
}
