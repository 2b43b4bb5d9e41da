// `skills scope info`, `create`, `set`, `member`, `trust` and `untrust`; each tells what the scope is then.
import { SkillsError } from '../../errors/error.ts'
import {
  createScope,
  scopeInfo,
  type ScopeNameRequest,
  type ScopeResult,
  setMember,
  setScope,
  trustPublisher,
  untrustPublisher,
} from '../../ops/scopes.ts'
import type { CommandModule, Invocation } from '../command.ts'
import { defined, flag, list, text } from '../flags.ts'
import { scopeView } from '../views/accounts.ts'

function command(
  work: (scope: ScopeNameRequest, invocation: Invocation) => Promise<ScopeResult>,
): CommandModule {
  return {
    async run(invocation) {
      const { args, options } = invocation
      const scope = { scope: args[0] ?? '', ...defined({ registry: text(options, 'registry') }) }
      const result = await work(scope, invocation)
      return { result, view: (canvas) => scopeView(result, canvas) }
    },
  }
}

export const info: CommandModule = command((scope, { io }) => scopeInfo(scope, io))

export const create: CommandModule = command((scope, { options, io }) =>
  createScope({ ...scope, open: flag(options, 'private') !== true }, io),
)

export const set: CommandModule = command((scope, { options, io }) => {
  const [open, closed] = [flag(options, 'public') === true, flag(options, 'private') === true]
  if (open !== closed) return setScope({ ...scope, open }, io)
  throw new SkillsError('usage', 'Say --public or --private')
})

export const member: CommandModule = command((scope, { args, options, io }) => {
  const role = text(options, 'role')
  const isLeaving = flag(options, 'remove') === true
  if ((role === undefined) !== isLeaving) throw new SkillsError('usage', 'Say --role ROLE or --remove')
  return setMember({ ...scope, user: args[1] ?? '', ...defined({ role }) }, io)
})

export const trust: CommandModule = command((scope, { options, io }) =>
  trustPublisher(
    {
      ...scope,
      issuer: text(options, 'issuer') ?? '',
      claims: list(options, 'claim') ?? [],
      ...defined({ skill: text(options, 'skill') }),
    },
    io,
  ),
)

export const untrust: CommandModule = command((scope, { args, io }) =>
  untrustPublisher({ ...scope, id: args[1] ?? '' }, io),
)
