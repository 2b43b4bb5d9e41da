// The rows of the table for accounts at a registry: tokens, scopes, members, trusted CI jobs.
import type { CommandRow, OptionRow } from './command.ts'
import { FROM } from './table-publishing.ts'

const GROUP = 'Accounts at a registry:'
/** What a token is for, what it may, and how long. */
export const TOKEN: readonly OptionRow[] = [
  { flags: '--name <text>', summary: 'what it is for' },
  {
    flags: '-p, --permission <what>',
    summary: 'read, admin, publish:@scope/*, yank:@scope/*; default read',
    many: true,
  },
  { flags: '--days <number>', summary: 'how long it holds; without it for ever' },
]
const PRIVATE: OptionRow = { flags: '--private', summary: 'only members read it' }

export const ACCOUNTS: readonly CommandRow[] = [
  {
    name: 'scope',
    group: GROUP,
    summary: 'scopes and their members: info, create, set, member, trust, untrust',
    examples: ['skills scope create @acme', 'skills scope member @acme ada --role maintainer'],
    load: () => import('./commands/accounts.ts'),
    commands: [
      {
        name: 'info',
        args: '<scope>',
        summary: 'show who may do what in a scope',
        options: [FROM],
        examples: ['skills scope info @acme --json'],
        load: async () => (await import('./commands/scope.ts')).info,
      },
      {
        name: 'create',
        args: '<scope>',
        summary: 'make a scope that you own',
        options: [PRIVATE, FROM],
        examples: ['skills scope create @acme --private --registry https://skills.example.org'],
        load: async () => (await import('./commands/scope.ts')).create,
      },
      {
        name: 'set',
        args: '<scope>',
        summary: 'say who may read a scope',
        options: [{ flags: '--public', summary: 'everybody reads it' }, PRIVATE, FROM],
        examples: ['skills scope set @acme --public'],
        load: async () => (await import('./commands/scope.ts')).set,
      },
      {
        name: 'member',
        args: '<scope> <user>',
        summary: 'give a user a role in a scope, or take him out',
        options: [
          { flags: '--role <role>', summary: 'owner, maintainer (publishes) or reader' },
          { flags: '--remove', summary: 'take the user out' },
          FROM,
        ],
        examples: [
          'skills scope member @acme ada --role maintainer',
          'skills scope member @acme ada --remove',
        ],
        load: async () => (await import('./commands/scope.ts')).member,
      },
      {
        name: 'trust',
        args: '<scope>',
        summary: 'let a CI job publish without a stored secret',
        about:
          'Every claim must stand in the identity token of the job with exactly this value, and one of them must be a number that ' +
          'stays with its owner, such as repository_owner_id: names can be taken over.',
        options: [
          { flags: '--issuer <url>', summary: 'who signs the tokens of the CI' },
          { flags: '--claim <name=value>', summary: 'what must stand in the token', many: true },
          { flags: '--skill <name>', summary: 'only this skill: @acme/pdf' },
          FROM,
        ],
        examples: [
          'skills scope trust @acme --issuer https://token.actions.githubusercontent.com --claim repository=acme/skills --claim repository_owner_id=1234567',
        ],
        load: async () => (await import('./commands/scope.ts')).trust,
      },
      {
        name: 'untrust',
        args: '<scope> <id>',
        summary: 'end the trust in a CI job; info shows the ids',
        options: [FROM],
        examples: ['skills scope untrust @acme 3'],
        load: async () => (await import('./commands/scope.ts')).untrust,
      },
    ],
  },
  {
    name: 'token',
    group: GROUP,
    summary: 'your tokens: list, create, revoke',
    examples: ['skills token list', 'skills token create --permission publish:@acme/* --days 90'],
    load: () => import('./commands/accounts.ts'),
    commands: [
      {
        name: 'list',
        summary: 'show your tokens, without their text',
        options: [FROM],
        examples: ['skills token list --registry https://skills.example.org'],
        load: async () => (await import('./commands/token.ts')).tokenList,
      },
      {
        name: 'create',
        summary: 'make a token and show it once',
        options: [...TOKEN, FROM],
        examples: ['skills token create --name ci --permission publish:@acme/* --days 90'],
        load: async () => (await import('./commands/token.ts')).tokenCreate,
      },
      {
        name: 'revoke',
        args: '<id>',
        summary: 'end a token at once',
        options: [FROM],
        examples: ['skills token revoke 3f2a'],
        load: async () => (await import('./commands/token.ts')).tokenRevoke,
      },
    ],
  },
]
