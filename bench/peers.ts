// pnpm 10 (JavaScript) and pnpm 12 (native), installed once into the scratch folder. A peer that cannot be had is absent.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Peers {
  /** The JavaScript file, to be run with Node. */
  readonly pnpm10: () => string | undefined
  /** The native program. */
  readonly pnpm12: () => string | undefined
}

/** Peers are installed when a subject first asks for them. */
export function findPeers(scratch: string): Peers {
  return {
    pnpm10: () => installed(scratch, '10', 'bin/pnpm.cjs'),
    pnpm12: () => installed(scratch, '12', 'pnpm'),
  }
}

function installed(scratch: string, major: string, file: string): string | undefined {
  const folder = join(scratch, `pnpm-${major}`)
  const path = join(folder, 'node_modules', 'pnpm', file)
  if (existsSync(path)) return path
  try {
    execFileSync('npm', ['install', '--silent', '--no-audit', '--prefix', folder, `pnpm@${major}`])
  } catch {
    return undefined
  }
  return existsSync(path) ? path : undefined
}
