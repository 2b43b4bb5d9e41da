// The rows of the table for whoever runs a registry.
import type { CommandRow, OptionRow } from './command.ts'
import { TOKEN } from './table-accounts.ts'

const PLACE: readonly OptionRow[] = [
  { flags: '--data <dir>', summary: "the registry's folder" },
  { flags: '--database <url>', summary: 'postgres://… or an SQLite file; default in the folder' },
  { flags: '--blobs <url>', summary: 'a folder or oci://HOST/PREFIX; default in the folder' },
]
const DRY: OptionRow = { flags: '--dry-run', summary: 'say what would be done, write nothing' }

export const RUNNING: CommandRow = {
  name: 'registry',
  group: 'Your own registry:',
  summary: 'run a registry: serve, backup, restore, gc, fsck, import, user, token',
  examples: ['skills registry serve --data ./registry', 'skills registry backup ./backup'],
  load: () => import('./commands/registry.ts'),
  commands: [
    {
      name: 'serve',
      summary: 'start it; the first start makes the user admin and shows his token once',
      options: [
        { flags: '--port <number>', summary: 'default 8480; 0 takes a free one' },
        { flags: '--host <address>', summary: 'default 127.0.0.1; 0.0.0.0 for everybody' },
        ...PLACE,
        { flags: '--public-url <url>', summary: 'how clients reach it, behind a proxy' },
        { flags: '--trust-proxy', summary: 'believe X-Forwarded-For' },
        { flags: '--private', summary: 'nobody reads without a token' },
        { flags: '--issuer <url>', summary: 'a CI issuer inside the own network', many: true },
        { flags: '--quiet', summary: 'no log' },
      ],
      examples: [
        'skills registry serve --data ./registry --port 8480',
        'skills registry serve --database postgres://skills@db/skills --public-url https://skills.example.org',
      ],
      load: () => import('./commands/registry-serve.ts'),
    },
    {
      name: 'backup',
      args: '<dir>',
      summary: 'save everything into a new folder, also while it runs',
      options: PLACE,
      examples: ['skills registry backup ./backup --data ./registry'],
      load: () => import('./commands/registry-backup.ts'),
    },
    {
      name: 'restore',
      args: '<dir>',
      summary: 'put a backup into an empty registry, of any database',
      options: PLACE,
      examples: ['skills registry restore ./backup --database postgres://skills@db/skills'],
      load: () => import('./commands/registry-restore.ts'),
    },
    {
      name: 'gc',
      summary: 'free what nothing needs',
      options: [
        ...PLACE,
        { flags: '--grace <hours>', summary: 'leave alone what is younger; default 24' },
        DRY,
      ],
      examples: ['skills registry gc --dry-run'],
      load: () => import('./commands/registry-gc.ts'),
    },
    {
      name: 'remove',
      args: '<skill>',
      summary: 'take one version out for good; its number and the reason stay',
      about:
        'Whoever has locked the version cannot get it any more, and is told the reason. To keep others from choosing it, yank it instead.',
      options: [{ flags: '--reason <text>', summary: 'what everybody reads who asks for it' }, ...PLACE],
      examples: ['skills registry remove @acme/pdf@1.2.0 --reason "holds a customer\'s data"'],
      load: () => import('./commands/registry-remove.ts'),
    },
    {
      name: 'fsck',
      summary: 'look for damage; exit 4 when there is some',
      options: [...PLACE, { flags: '--quick', summary: 'do not hash blobs' }],
      examples: ['skills registry fsck --json'],
      load: () => import('./commands/registry-fsck.ts'),
    },
    {
      name: 'import',
      args: '<dir>',
      summary: 'publish every skill of a folder into a scope',
      options: [
        { flags: '--scope <scope>', summary: 'such as @acme' },
        { flags: '--default-version <version>', summary: 'for skills that name none; default 0.1.0' },
        ...PLACE,
      ],
      examples: ['skills registry import ./skills --scope @acme'],
      load: () => import('./commands/registry-import.ts'),
    },
    {
      name: 'user',
      summary: 'accounts: user add, list, disable, enable',
      examples: ['skills registry user add ada'],
      load: () => import('./commands/registry.ts'),
      commands: [
        {
          name: 'add',
          args: '<name>',
          summary: 'make an account',
          options: [{ flags: '--admin', summary: 'may do everything' }, ...PLACE],
          examples: ['skills registry user add ada'],
          load: () => import('./commands/registry-user-add.ts'),
        },
        {
          name: 'list',
          summary: 'show all accounts',
          options: PLACE,
          examples: ['skills registry user list --json'],
          load: async () => (await import('./commands/registry-user-state.ts')).list,
        },
        {
          name: 'disable',
          args: '<name>',
          summary: 'end what an account may do, its tokens with it, at once',
          options: PLACE,
          examples: ['skills registry user disable ada'],
          load: async () => (await import('./commands/registry-user-state.ts')).disable,
        },
        {
          name: 'enable',
          args: '<name>',
          summary: 'take that back',
          options: PLACE,
          examples: ['skills registry user enable ada'],
          load: async () => (await import('./commands/registry-user-state.ts')).enable,
        },
      ],
    },
    {
      name: 'token',
      summary: 'tokens: token create USER',
      examples: ['skills registry token create ada --permission publish:@acme/* --days 90'],
      load: () => import('./commands/registry.ts'),
      commands: [
        {
          name: 'create',
          args: '<user>',
          summary: 'make a token and show it once',
          options: [...TOKEN, ...PLACE],
          examples: ['skills registry token create ada --permission publish:@acme/* --days 90'],
          load: () => import('./commands/registry-token-create.ts'),
        },
      ],
    },
  ],
}
