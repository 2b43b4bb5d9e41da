// `skills token list`, `create` and `revoke`; a new token is the output, and is shown this once.
import { createToken, listTokens, revokeToken } from '../../ops/tokens.ts'
import { displayText } from '../../platform/text.ts'
import type { Answer, CommandModule, Invocation } from '../command.ts'
import { defined, list, text } from '../flags.ts'
import { tokensView } from '../views/accounts.ts'
import { number } from './registry-options.ts'

const place = ({ options }: Invocation) => defined({ registry: text(options, 'registry') })

export const tokenList: CommandModule = {
  async run(invocation): Promise<Answer> {
    const result = await listTokens(place(invocation), invocation.io)
    return { result, view: (canvas) => tokensView(result, canvas) }
  },
}

export const tokenCreate: CommandModule = {
  async run(invocation): Promise<Answer> {
    const { options, io } = invocation
    const result = await createToken(
      {
        ...place(invocation),
        label: text(options, 'name') ?? 'command line',
        permissions: list(options, 'permission') ?? ['read'],
        ...defined({ days: number(options, 'days') }),
      },
      io,
    )
    return { result, view: () => result.token }
  },
}

export const tokenRevoke: CommandModule = {
  async run(invocation): Promise<Answer> {
    const result = await revokeToken({ ...place(invocation), id: invocation.args[0] ?? '' }, invocation.io)
    return {
      result,
      view: () => `Revoked the token ${displayText(result.id)} in ${displayText(result.registry)}.`,
    }
  },
}
