// What a test needs from the machine and may not find. Missing programs skip a test with their names; where
// SKILLWARD_TEST_REQUIRE (`oci,postgres,chromium,proxy`, or `all`) names them, they fail it.
import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export type Need = 'oci' | 'postgres' | 'chromium' | 'strace' | 'proxy'

/** Each line of a need is met by any one of its programs. */
const PROGRAMS: Readonly<Record<Need, readonly (readonly string[])[]>> = {
  oci: [['docker-registry', 'registry'], ['skopeo'], ['openssl']],
  postgres: [['initdb'], ['postgres']],
  strace: [['strace']],
  proxy: [['squid'], ['danted', 'sockd'], ['openssl']],
  chromium: [['chromium', 'chromium-browser', 'google-chrome']],
}

/**
 * Why a test has to be skipped, for `describe.skipIf(need('oci'))`; undefined when everything is there.
 * @throws Error when it is missing and SKILLWARD_TEST_REQUIRE names it
 */
export function need(what: Need): string | undefined {
  const missing = PROGRAMS[what].filter((names) => !names.some((name) => findProgram(name) !== undefined))
  if (missing.length === 0) return undefined
  const reason = `${missing.map((names) => names.join(' or ')).join(', ')} not installed`
  const required = (process.env.SKILLWARD_TEST_REQUIRE ?? '').split(',').map((name) => name.trim())
  if (required.includes(what) || required.includes('all')) throw new Error(`${what}: ${reason}`)
  console.warn(`tests that need ${what} are skipped: ${reason}`)
  return reason
}

/** The absolute path of a program on PATH, or where Debian keeps those of PostgreSQL. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', ...postgresFolders()]
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find(isExecutable)
}

function postgresFolders(): string[] {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`)
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
