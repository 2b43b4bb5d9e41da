// Who a process is, so that another can tell later whether it still runs. A number alone is not enough: numbers are used
// again, and mean something else after a restart, in another container and on another machine.
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'
import { isAlive } from './fs.ts'

/** Fields that the system does not tell are empty. */
export interface ProcessIdentity {
  readonly pid: number
  /** Clock ticks from boot to the start of the process (`/proc/<pid>/stat`, field 22). */
  readonly started: string
  /** Changes with every boot. */
  readonly boot: string
  /** Host name and machine id. */
  readonly host: string
  /** The namespace in which `pid` has its meaning. */
  readonly namespace: string
}

let own: ProcessIdentity | undefined

/** This process. */
export function ownIdentity(): ProcessIdentity {
  own ??= {
    pid: process.pid,
    started: stateOf(process.pid)?.started ?? '',
    boot: textOf('/proc/sys/kernel/random/boot_id'),
    host: `${hostname()}/${textOf('/etc/machine-id')}`,
    namespace: linkOf('/proc/self/ns/pid'),
  }
  return own
}

/**
 * Whether a process has certainly ended: `ended`, `running`, or `unknown` when it lives where this process cannot look
 * (another machine or container).
 */
export function fateOf(other: ProcessIdentity): 'ended' | 'running' | 'unknown' {
  const self = ownIdentity()
  if (other.host !== self.host) return 'unknown'
  if (other.boot !== self.boot) return other.boot !== '' && self.boot !== '' ? 'ended' : 'unknown'
  if (other.namespace !== self.namespace) return 'unknown'
  if (!isAlive(other.pid)) return 'ended'
  const state = stateOf(other.pid)
  if (!state) return 'running'
  const another = other.started !== '' && state.started !== other.started
  return another || state.dead ? 'ended' : 'running'
}

// `pid (name) state …`: the name may hold blanks and parentheses, so the fields are counted after the last one.
function stateOf(pid: number): { readonly started: string; readonly dead: boolean } | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state, started] = [fields[0], fields[19]]
  if (stat === '' || state === undefined || started === undefined) return undefined
  return { started, dead: state === 'Z' || state === 'X' }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
