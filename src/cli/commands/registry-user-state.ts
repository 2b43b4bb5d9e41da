// `skills registry user list`, `disable` and `enable`.
import { displayText } from '../../platform/text.ts'
import type { CommandModule } from '../command.ts'
import { columns } from '../views/layout.ts'
import { placeOf } from './registry-options.ts'

export const list: CommandModule = {
  async run({ options, io }) {
    const { listRegistryUsers } = await import('../../../registry-server/admin.ts')
    const users = await listRegistryUsers(placeOf({ options, io }))
    return {
      result: { users },
      view: (canvas) =>
        columns(
          users.map(({ name, admin, createdAt, disabledAt }) => [
            { text: name, format: 'bold' as const },
            admin ? 'administrator' : 'user',
            `since ${createdAt.slice(0, 10)}`,
            disabledAt === null
              ? ''
              : { text: `disabled ${disabledAt.slice(0, 10)}`, format: 'yellow' as const },
          ]),
          canvas,
        ),
    }
  },
}

export const disable: CommandModule = change(true)
export const enable: CommandModule = change(false)

function change(disabled: boolean): CommandModule {
  return {
    async run({ args, options, io }) {
      const { disableRegistryUser } = await import('../../../registry-server/admin.ts')
      const [name = ''] = args
      await disableRegistryUser(placeOf({ options, io }), { name, disabled })
      return {
        result: { name, disabled },
        view: () =>
          disabled
            ? `${displayText(name)} may nothing any more; the tokens are refused from now on.`
            : `${displayText(name)} may again what the scopes say.`,
      }
    },
  }
}
