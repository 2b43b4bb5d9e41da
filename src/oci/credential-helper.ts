// Asks a credential helper of Docker (`docker-credential-<name> get`) for one server's secret.
// Never runs anything but a plain name from PATH, never repeats what a helper printed.
import { isSkillsError, SkillsError } from '../errors/error.ts'
import { execFile } from '../platform/exec.ts'
import { displayShort } from '../platform/text.ts'
import { isSecret, type Credential } from './credential.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/
const NOT_FOUND = /credentials not found|no credentials|not found in native keychain/i
const TIMEOUT_MS = 30_000
const OUTPUT_BYTES = 128 * 1024

export interface HelperOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Never a project's folder: some systems look there for programs first. */
  readonly cwd: string
  readonly signal?: AbortSignal
}

/**
 * The credential for `server`; undefined when the helper has none.
 * @throws credentials_invalid when there is no such helper, it fails, or its answer is malformed
 */
export async function askHelper(
  name: string,
  server: string,
  options: HelperOptions,
): Promise<Credential | undefined> {
  if (!NAME.test(name)) throw unusable(name, 'is not the name of one')
  const program = `docker-credential-${name}`
  const result = await run(program, server, name, options)
  if (result.code !== 0) {
    if (NOT_FOUND.test(`${result.stdout.toString('latin1')} ${result.stderr}`)) return undefined
    throw unusable(name, `ended with status ${result.code}`)
  }
  let answer: unknown
  try {
    answer = JSON.parse(result.stdout.toString('utf8'))
  } catch {
    throw unusable(name, 'did not answer in JSON')
  }
  const { Username: username, Secret: secret } = (answer ?? {}) as { Username?: unknown; Secret?: unknown }
  if (username === '' && secret === '') return undefined
  if (!isSecret(secret)) throw unusable(name, 'answered without a usable secret')
  // So say helpers that keep an identity token instead of a password.
  if (username === '<token>') return { kind: 'identity', token: secret }
  if (!isSecret(username) || username.includes(':'))
    throw unusable(name, 'answered without a usable user name')
  return { kind: 'basic', username, password: secret }
}

async function run(
  program: string,
  server: string,
  name: string,
  { env, cwd, signal }: HelperOptions,
): ReturnType<typeof execFile> {
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: OUTPUT_BYTES }
  try {
    return await execFile(program, ['get'], { env, cwd, input: server, ...limits, ...(signal && { signal }) })
  } catch (error) {
    if (isSkillsError(error, 'cancelled')) throw error
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw unusable(name, missing ? `is not installed (${program} is not on PATH)` : 'did not answer', error)
  }
}

function unusable(name: string, problem: string, cause?: unknown): SkillsError {
  return new SkillsError(
    'credentials_invalid',
    `The credential helper ${displayShort(name, 64)} ${problem}`,
    {
      hint: 'repair or remove it in the configuration of docker (credsStore, credHelpers), and log in again',
      ...(cause instanceof Error && !isSkillsError(cause) && { cause }),
    },
  )
}
