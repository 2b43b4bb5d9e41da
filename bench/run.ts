// `npm run bench`: every goal of docs/performance.md, measured. Exit 1 when one is missed.
//   --only NAME[,NAME]  these subjects            --quick        about a third of the runs
//   --node PATH         another Node binary       --scratch DIR  where fixtures and peers are kept
//   --write             put the table into docs/performance.md
//   --keep              leave the folders of the runs, to look at them
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { ci } from './ci.ts'
import type { Bench } from './context.ts'
import { makeFixtures } from './fixtures.ts'
import { gitAdd } from './git-add.ts'
import { list } from './list.ts'
import { parallelSources } from './parallel-sources.ts'
import { findPeers } from './peers.ts'
import { nodeVersion, programFor } from './program.ts'
import { reAdd } from './re-add.ts'
import { registrySearch } from './registry-search.ts'
import { registryAdd } from './registry-add.ts'
import { registryHttp } from './registry-http.ts'
import { registryPublish } from './registry-publish.ts'
import { registryStarving } from './registry-starving.ts'
import {
  describeMachine,
  formatTable,
  isMet,
  type Row,
  type Skipped,
  withOtherRows,
  writePage,
} from './report.ts'
import { startServers } from './servers.ts'
import { start } from './start.ts'
import { unpack } from './unpack.ts'
import { verify } from './verify.ts'

const SUBJECTS: Readonly<Record<string, (bench: Bench) => Promise<Row[]>>> = {
  start,
  list,
  'git-add': gitAdd,
  'parallel-sources': parallelSources,
  're-add': reAdd,
  ci,
  verify,
  unpack,
  'registry-search': registrySearch,
  'registry-http': registryHttp,
  'registry-publish': registryPublish,
  'registry-add': registryAdd,
  'registry-starving': registryStarving,
}
/** Others at work make the ratios worse than they are. */
const LOAD = loadavg()[0] ?? 0
const PAGE = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
    scratch: { type: 'string', default: join(tmpdir(), 'skillward-bench') },
    write: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
})

process.exitCode = await bench()

async function bench(): Promise<number> {
  const names = flags.only?.split(',') ?? Object.keys(SUBJECTS)
  mkdirSync(flags.scratch, { recursive: true })
  const runs = mkdtempSync(join(flags.scratch, 'runs-'))
  const rows: Row[] = []
  const skipped: Skipped[] = []
  const servers = await startServers(makeFixtures(flags.scratch))
  try {
    const main = programFor(flags.node, { scratch: flags.scratch, runs })
    const peers = findPeers(flags.scratch)
    const context: Bench = {
      node: flags.node,
      main,
      scratch: flags.scratch,
      runs,
      servers,
      peers,
      count: (full) => (flags.quick ? Math.max(3, Math.round(full / 3)) : full),
    }
    for (const name of names) {
      console.error(`measuring ${name} …`)
      try {
        rows.push(...(await subject(name)(context)))
      } catch (error) {
        skipped.push({ area: name, problem: error instanceof Error ? error.message : String(error) })
      }
    }
  } finally {
    servers.stop()
    if (!flags.keep) rmSync(runs, { recursive: true, force: true })
  }
  return report(rows, skipped)
}

function subject(name: string): (bench: Bench) => Promise<Row[]> {
  const found = SUBJECTS[name]
  if (!found) throw new Error(`There is no subject "${name}"; there are ${Object.keys(SUBJECTS).join(', ')}`)
  return found
}

function report(rows: readonly Row[], skipped: readonly Skipped[]): number {
  const version = nodeVersion(flags.node)
  const table = formatTable(rows, skipped)
  console.log(`${describeMachine(version, LOAD)}\n\n${table}`)
  if (flags.write) {
    const options = [
      '--write',
      ...(flags.quick ? ['--quick'] : []),
      ...(flags.only ? ['--only', flags.only] : []),
    ]
    const node = flags.node === process.execPath ? [] : ['--node', 'PATH']
    const command = `\`npm run bench -- ${[...options, ...node].join(' ')}\``
    const major = version.slice(1).split('.')[0] ?? ''
    const whole = flags.only ? withOtherRows(PAGE, major, table) : table
    writePage(PAGE, major, `${command}: ${describeMachine(version, LOAD)}.\n\n${whole}`)
  }
  return skipped.length > 0 || rows.some((row) => isMet(row) === false) ? 1 : 0
}
