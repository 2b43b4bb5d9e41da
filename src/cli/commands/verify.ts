// `skills verify`: exit 4 when something installed differs from the lock, or the ledger from what was written into it; 3 when
// the lock cannot be true.
import { SkillsError } from '../../errors/error.ts'
import { verify, verifyExit } from '../../ops/verify.ts'
import type { Answer, Invocation } from '../command.ts'
import { defined, flag } from '../flags.ts'
import { ledgerView, verifyView } from '../views/verify.ts'

export async function run({ args, options, io }: Invocation): Promise<Answer> {
  const ledgerOnly = flag(options, 'ledgerOnly')
  if (ledgerOnly && args.length > 0) throw new SkillsError('usage', '--ledger-only takes no names')
  const result = await verify(defined({ names: args, global: flag(options, 'global'), ledgerOnly }), io)
  return {
    result,
    view: (canvas) => (ledgerOnly ? ledgerView : verifyView)(result, canvas),
    exit: verifyExit(result),
  }
}
