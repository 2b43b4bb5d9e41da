// `skills ci`: install that never resolves and never writes skills.json or skills.lock.
import type { Answer, Invocation } from '../command.ts'
import { run as install } from './install.ts'

export async function run(invocation: Invocation): Promise<Answer> {
  return install({ ...invocation, options: { ...invocation.options, frozen: true } })
}
