// How long `--version` and `--help` take, beside Node itself. Once more with a bundle of extra certificates, which Node 20
// reads at every start.
import { existsSync } from 'node:fs'
import { type Bench, bareNode, skills } from './context.ts'
import { type Command, interleave, medianOf } from './measure.ts'
import { ratioRow, type Row } from './report.ts'

const BUNDLE = '/etc/ssl/certs/ca-certificates.crt'

export async function start(bench: Bench): Promise<Row[]> {
  const place = { cwd: bench.runs, home: bench.runs }
  const version = skills(bench, place, '--version')
  const help = skills(bench, place, '--help')
  const timings = interleave(
    [
      { name: 'node', prepare: () => bareNode(bench) },
      { name: 'version', prepare: () => version },
      { name: 'help', prepare: () => help },
      { name: 'node with certificates', prepare: () => withCertificates(bareNode(bench)) },
      { name: 'help with certificates', prepare: () => withCertificates(help) },
    ],
    bench.count(25),
  )
  const node = medianOf(timings, 'node')
  const rows = [
    ratioRow('start', '`skills --version`', {
      ms: medianOf(timings, 'version'),
      anchor: node,
      name: 'node',
      atMost: 1.3,
    }),
    ratioRow('start', '`skills --help`', {
      ms: medianOf(timings, 'help'),
      anchor: node,
      name: 'node',
      atMost: 1.8,
    }),
  ]
  if (!existsSync(BUNDLE)) return rows
  const burdened = medianOf(timings, 'node with certificates')
  return [
    ...rows,
    ratioRow('start', '`node -e 0` with NODE_EXTRA_CA_CERTS', { ms: burdened, anchor: node, name: 'node' }),
    ratioRow('start', '`skills --help` with NODE_EXTRA_CA_CERTS', {
      ms: medianOf(timings, 'help with certificates'),
      anchor: burdened,
      name: 'node with it',
      atMost: 1.8,
    }),
  ]
}

function withCertificates(command: Command): Command {
  return { ...command, env: { ...command.env, NODE_EXTRA_CA_CERTS: BUNDLE } }
}
