// Every command of the program: names, options, examples, and where its code is. No code of a command is loaded here.
import type { CommandRow, OptionRow } from './command.ts'
import { ACCOUNTS } from './table-accounts.ts'
import { FROM, PUBLISHING } from './table-publishing.ts'
import { RUNNING } from './table-registry.ts'

const GLOBAL: OptionRow = { flags: '-g, --global', summary: "your own folders instead of the project's" }
const AGENT: OptionRow = {
  flags: '-a, --agent <id>',
  summary: "link for this agent; '*' for all",
  many: true,
}
const YES: OptionRow = {
  flags: '-y, --yes',
  summary: 'take the defaults; never grants capabilities by itself',
}
const GRANT: OptionRow = {
  flags: '--grant <what>',
  summary: 'consent without a question: requested, none, or a JSON file',
}
const DRY: OptionRow = { flags: '--dry-run', summary: 'say what would be done, write nothing' }
const OFFLINE: OptionRow = { flags: '--offline', summary: 'no network: the store alone' }
const ACCEPT_MOVED: OptionRow = {
  flags: '--accept-moved <name>',
  summary: 'take this skill although its tag, version or archive was replaced',
  many: true,
}
const FORCE: OptionRow = { flags: '--force', summary: 'replace what was edited or put there by others' }

const ADD: readonly OptionRow[] = [
  { flags: '-s, --skill <name>', summary: 'take this skill of the source', many: true },
  { flags: '--all', summary: 'take every skill of the source' },
  { flags: '-l, --list', summary: 'only list what the source offers' },
  AGENT,
  GLOBAL,
  { flags: '--as <name>', summary: 'install the one skill under another name' },
  { flags: '--copy', summary: "copies instead of links in agents' folders" },
  GRANT,
  YES,
  DRY,
  OFFLINE,
  FORCE,
  ACCEPT_MOVED,
  { flags: '--path <dir>', summary: 'the source is a folder or an archive here' },
  { flags: '--git <url>', summary: 'the source is a git repository' },
  { flags: '--ref <ref>', summary: 'branch, tag, commit, or semver:RANGE over tags' },
  { flags: '--subdir <dir>', summary: 'the skill is in this folder of the source' },
  { flags: '--url <url>', summary: 'the source is an archive' },
  { flags: '--digest <sha256>', summary: 'what the archive or artifact must be: sha256:HEX' },
  { flags: '--oci <reference>', summary: 'the source is an OCI artifact: host/repository:tag' },
  { flags: '--registry <url>', summary: 'the registry of @scope/name' },
]

const INSTALL: readonly OptionRow[] = [GLOBAL, GRANT, DRY, OFFLINE, FORCE, ACCEPT_MOVED]
const FROZEN: readonly OptionRow[] = [
  { flags: '--frozen', summary: 'exactly skills.lock or nothing, like ci; the default where CI is set' },
  { flags: '--no-frozen', summary: 'resolve and write skills.lock also where CI is set' },
]
const RESOLVE: OptionRow = {
  flags: '--resolve',
  summary: 'bring both sides of an unfinished merge of skills.json and skills.lock together',
}
const REMOVE_ALL: OptionRow = {
  flags: '--remove-all',
  summary: 'remove every skill when skills.json asks for none',
}

const SKILLS = 'Skills:'
const TRUST = 'Trust:'
const AUTHORS = 'For authors:'
const HOUSE = 'House-keeping:'
/** Where `help` stands. */
export const HELP_GROUP = HOUSE

export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'add',
    aliases: ['a'],
    group: SKILLS,
    args: '[source...]',
    summary: 'add skills from a registry, a git repository, a folder or an archive',
    about:
      'A SOURCE is @scope/name[@range] of a registry, a folder (./x), owner/repo[/folder][@skill], a git or archive URL, ' +
      'a page of GitHub or GitLab, oci://host/repository:tag, npm:package[@range], or https://host with an index of skills. ' +
      'Append #REF for a branch, tag or commit, #semver:^1.2 for tags, #path:DIR for a folder.',
    options: ADD,
    examples: [
      'skills add anthropics/skills --list',
      'skills add anthropics/skills --skill pdf --agent claude-code,cursor',
      'skills add @acme/pdf@^1.2 --registry https://skills.example.org',
      'skills add ./my-skill',
      'skills add --git ssh://git@git.example.org/team/skills.git --ref v1.2.0 --subdir skills/review',
      'skills add owner/repo --all --yes --grant requested',
    ],
    load: () => import('./commands/add.ts'),
  },
  {
    name: 'search',
    aliases: ['find'],
    group: SKILLS,
    args: '<query...>',
    summary: 'look for skills in a registry; at a terminal, choose what to add',
    about:
      'Asks the registry of skills.json, or the one that --registry names: also one that speaks the ClawHub API, or a site ' +
      'with an index of skills.',
    options: [
      FROM,
      { flags: '--scope <scope>', summary: 'only this scope: @acme' },
      { flags: '--capability <kind>', summary: 'only skills that ask for this: network, terminal …' },
      { flags: '--signed', summary: 'only signed skills' },
      { flags: '--certified', summary: 'only certified skills' },
      { flags: '--limit <number>', summary: 'at most this many, up to 100' },
      GLOBAL,
    ],
    examples: [
      'skills search pdf forms',
      'skills search pdf --registry https://skills.example.org --json',
      'skills search git --scope @acme --capability terminal',
    ],
    load: () => import('./commands/search.ts'),
  },
  {
    name: 'install',
    group: SKILLS,
    summary: 'install what skills.json and skills.lock say',
    options: [...FROZEN, ...INSTALL, RESOLVE, REMOVE_ALL],
    examples: ['skills install', 'skills install --offline'],
    load: () => import('./commands/install.ts'),
  },
  {
    name: 'i',
    hidden: true,
    args: '[source...]',
    summary: 'add when a source is given, install when none is',
    options: [...ADD, ...FROZEN, RESOLVE, REMOVE_ALL],
    load: () => import('./commands/add-or-install.ts'),
  },
  {
    name: 'ci',
    group: SKILLS,
    summary: 'install exactly skills.lock, or fail',
    options: [GLOBAL, OFFLINE, DRY, FORCE],
    examples: ['skills ci', 'skills ci --offline --json'],
    load: () => import('./commands/ci.ts'),
  },
  {
    name: 'update',
    aliases: ['upgrade', 'up'],
    group: SKILLS,
    args: '[name...]',
    summary: 'move skills to what their sources have now',
    options: [
      { flags: '--check', summary: 'only tell; exit 4 when something is newer, wider or gone' },
      ACCEPT_MOVED,
      GLOBAL,
      GRANT,
      YES,
      DRY,
      FORCE,
    ],
    examples: ['skills update', 'skills update pdf --grant requested', 'skills update --check --json'],
    load: () => import('./commands/update.ts'),
  },
  {
    name: 'remove',
    aliases: ['rm', 'uninstall'],
    group: SKILLS,
    args: '[name...]',
    summary: 'remove skills',
    options: [{ flags: '--all', summary: 'every skill' }, GLOBAL, DRY, FORCE],
    examples: ['skills remove pdf', 'skills rm --all --global'],
    load: () => import('./commands/remove.ts'),
  },
  {
    name: 'list',
    aliases: ['ls'],
    group: SKILLS,
    summary: 'list the locked skills',
    options: [GLOBAL],
    examples: ['skills list', 'skills ls --global --json'],
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'info',
    aliases: ['show', 'view'],
    group: SKILLS,
    args: '<name>',
    summary: 'show everything known of one skill, installed here or published',
    about: 'NAME is that of an installed skill, or @scope/name[@range] of a registry.',
    options: [FROM, GLOBAL],
    examples: ['skills info pdf', 'skills info @acme/pdf@^1.2 --registry https://skills.example.org'],
    load: () => import('./commands/info.ts'),
  },
  {
    name: 'verify',
    group: TRUST,
    args: '[name...]',
    summary: 'compare what is installed with skills.lock, and check the ledger',
    options: [{ flags: '--ledger-only', summary: 'only the ledger: who granted what' }, GLOBAL],
    examples: ['skills verify', 'skills verify pdf --json', 'skills verify --ledger-only'],
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'diff',
    group: TRUST,
    args: '<name>',
    summary: 'show what was edited in an installed skill, line by line',
    options: [GLOBAL, OFFLINE],
    examples: ['skills diff pdf', 'skills diff pdf --json'],
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'capabilities',
    aliases: ['caps'],
    group: TRUST,
    args: '[name...]',
    summary: 'show what skills may do, and what they ask for',
    options: [GLOBAL],
    examples: [
      'skills capabilities',
      'skills capabilities grant pdf',
      'skills capabilities revoke pdf --kind network',
    ],
    load: () => import('./commands/capabilities.ts'),
    commands: [
      {
        name: 'grant',
        args: '<name...>',
        summary: 'grant what skills ask for, after a question',
        options: [GLOBAL, GRANT],
        examples: ['skills capabilities grant pdf', 'skills capabilities grant pdf --grant grant.json'],
        load: () => import('./commands/capabilities-grant.ts'),
      },
      {
        name: 'revoke',
        args: '<name...>',
        summary: 'take grants back',
        options: [
          GLOBAL,
          { flags: '-k, --kind <kind>', summary: 'only this kind: network, terminal …', many: true },
        ],
        examples: ['skills capabilities revoke pdf', 'skills capabilities revoke pdf --kind network,env'],
        load: () => import('./commands/capabilities-revoke.ts'),
      },
    ],
  },
  {
    name: 'init',
    group: AUTHORS,
    args: '[name]',
    summary: 'start a new skill, or a project with --project',
    options: [
      { flags: '-d, --description <text>', summary: 'what the skill does and when to use it' },
      { flags: '--project', summary: 'write a skills.json instead of a skill' },
      { ...AGENT, summary: 'with --project: the agents to link for' },
    ],
    examples: ['skills init release-notes', 'skills init --project --agent claude-code'],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'validate',
    group: AUTHORS,
    args: '[path...]',
    summary: 'check skill folders as the format asks; exit 1 when one has an error',
    examples: ['skills validate', 'skills validate skills/* --json'],
    load: () => import('./commands/validate.ts'),
  },
  ...PUBLISHING,
  {
    name: 'import',
    group: HOUSE,
    args: '[file]',
    summary: "take over another tool's lockfile",
    options: [AGENT, GLOBAL, GRANT, YES, DRY, FORCE],
    examples: ['skills import', 'skills import skills-lock.json --dry-run'],
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'agents',
    group: HOUSE,
    summary: 'list the agents, and which were found here',
    options: [{ flags: '--all', summary: 'also those that were not found' }, GLOBAL],
    examples: ['skills agents', 'skills agents --all'],
    load: () => import('./commands/agents.ts'),
  },
  {
    name: 'prune',
    group: HOUSE,
    summary: 'free caches and leftovers',
    options: [{ flags: '--all', summary: 'the store too' }, GLOBAL, DRY],
    examples: ['skills prune --dry-run'],
    load: () => import('./commands/prune.ts'),
  },
  ...ACCOUNTS,
  RUNNING,
]
