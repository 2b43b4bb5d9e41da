// One skill out of each of eight git repositories whose host takes 50 ms for each request, beside eight clones one after
// another. Nothing is cached.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bench, cleanEnv, fresh, skills, skillsInFreshHome } from './context.ts'
import { makeFixtures, REPOSITORIES } from './fixtures.ts'
import { type Command, interleave, medianOf, run } from './measure.ts'
import { freshClone, type Place } from './projects.ts'
import { ratioRow, type Row } from './report.ts'

export async function parallelSources(bench: Bench): Promise<Row[]> {
  const place = lockedProject(bench)
  const timings = interleave(
    [
      { name: 'clones', prepare: () => clones(bench) },
      { name: 'ci', prepare: () => ci(bench, place) },
      { name: 'install', prepare: () => install(bench, place) },
    ],
    bench.count(5),
  )
  const anchor = { anchor: medianOf(timings, 'clones'), name: 'clones' }
  return [
    ratioRow('parallel-sources', `\`skills ci\`, ${REPOSITORIES} repositories at 50 ms a request`, {
      ms: medianOf(timings, 'ci'),
      ...anchor,
      atMost: 0.25,
    }),
    ratioRow('parallel-sources', 'the same without a lock (`skills install`)', {
      ms: medianOf(timings, 'install'),
      ...anchor,
    }),
  ]
}

function lockedProject(bench: Bench): Place {
  const root = fresh(bench, 'sources')
  const place = { cwd: join(root, 'project'), home: join(root, 'home') }
  mkdirSync(place.cwd)
  const names = makeFixtures(bench.scratch).skills.slice(0, REPOSITORIES)
  const sources = urls(bench).map((url, index) => [names[index], `${url}#path:skills/${names[index]}`])
  const project = { skills: Object.fromEntries(sources), agents: ['claude-code'] }
  writeFileSync(join(place.cwd, 'skills.json'), JSON.stringify(project))
  run(skills(bench, place, 'install --grant requested'))
  return place
}

function urls({ servers }: Bench): readonly string[] {
  return Array.from(
    { length: REPOSITORIES },
    (_, index) => `${servers.slowGit}/bench/skills-${index + 1}.git`,
  )
}

function clones(bench: Bench): Command {
  const cwd = fresh(bench, 'clones')
  const script = urls(bench).map((url, index) => `git clone -q --depth 1 ${url} ${index}`)
  return { argv: ['sh', '-c', script.join(' && ')], cwd, env: cleanEnv(cwd) }
}

function ci(bench: Bench, place: Place): Command {
  return { ...skillsInFreshHome(bench, 'ci'), cwd: freshClone(bench, place) }
}

function install(bench: Bench, place: Place): Command {
  const cwd = freshClone(bench, place)
  writeFileSync(join(cwd, 'skills.lock'), '{ "lockfileVersion": 1, "skills": {} }\n')
  return { ...skillsInFreshHome(bench, 'install --grant requested'), cwd }
}
