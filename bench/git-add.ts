// `skills add` out of a git repository over HTTP, beside `git clone --depth 1` of it: one skill, all of them, and all of
// them for 50 agents. Nothing is cached.
import { AGENTS } from '../src/link/agents.ts'
import { type Bench, cleanEnv, fresh, skillsInFreshHome } from './context.ts'
import { ONE_SKILL } from './fixtures.ts'
import { type Command, interleave, medianOf } from './measure.ts'
import { ratioRow, type Row } from './report.ts'

const AGENT_COUNT = 50

export async function gitAdd(bench: Bench): Promise<Row[]> {
  const url = `${bench.servers.git}/bench/skills.git`
  const add = (what: string, agents: string): Command =>
    skillsInFreshHome(bench, `add ${url} ${what} -a ${agents} --yes --grant requested`)
  const timings = interleave(
    [
      { name: 'clone', prepare: () => shallowClone(bench, url) },
      { name: 'one', prepare: () => add(`--skill ${ONE_SKILL}`, 'claude-code') },
      { name: 'all', prepare: () => add('--all', 'claude-code') },
      { name: 'all, many agents', prepare: () => add('--all', manyAgents().join(',')) },
    ],
    bench.count(9),
  )
  const clone = { anchor: medianOf(timings, 'clone'), name: 'clone' }
  const [one, all, many] = ['one', 'all', 'all, many agents'].map((name) => medianOf(timings, name)) as [
    number,
    number,
    number,
  ]
  return [
    ratioRow('git-add', 'one of 18 skills', { ms: one, ...clone, atMost: 0.75 }),
    ratioRow('git-add', 'all 18 skills', { ms: all, ...clone, atMost: 1.3 }),
    ratioRow('git-add', `all 18 skills, ${AGENT_COUNT} agents`, {
      ms: many,
      anchor: all,
      name: 'one agent',
      atMost: 1.15,
    }),
  ]
}

/** `git clone --depth 1` into a new folder. */
export function shallowClone(bench: Bench, url: string): Command {
  const cwd = fresh(bench, 'git')
  return { argv: ['git', 'clone', '-q', '--depth', '1', url, 'tree'], cwd, env: cleanEnv(cwd) }
}

/** Those with a folder of their own first: each of them needs a link. */
function manyAgents(): readonly string[] {
  const all = [...AGENTS.values()]
  const dirs = new Map(all.map((agent) => [agent.project, agent.id]))
  const ids = [...dirs.values(), ...all.map((agent) => agent.id)]
  return [...new Set(ids)].slice(0, AGENT_COUNT)
}
