// The rows of the table for publishing, and for being somebody to a registry.
import type { CommandRow, OptionRow } from './command.ts'

export const FROM: OptionRow = { flags: '--registry <url>', summary: "the registry, if not the project's" }
const GLOBAL: OptionRow = { flags: '-g, --global', summary: "your own folders instead of the project's" }
const DRY: OptionRow = { flags: '--dry-run', summary: 'say what would be done, write nothing' }
const RELEASE: OptionRow = {
  flags: '--release <version>',
  summary: 'the version, where the skill names none itself',
}

export const PUBLISHING: readonly CommandRow[] = [
  {
    name: 'pack',
    group: 'For authors:',
    args: '[folder]',
    summary: 'make the OCI artifact of a skill; the same files give the same bytes',
    options: [
      { flags: '-o, --output <path>', summary: 'a .tar file or a directory for the OCI image layout' },
      RELEASE,
    ],
    examples: ['skills pack', 'skills pack skills/pdf --output pdf.tar'],
    load: () => import('./commands/pack.ts'),
  },
  {
    name: 'publish',
    group: 'For authors:',
    args: '[folder]',
    summary: 'publish a skill to a registry or to any OCI repository',
    about:
      'A published version never changes: the same content again is a success, other content is refused. Refused are also ' +
      'secrets, links, and a patch release that asks for more capabilities than the version before it.',
    options: [
      FROM,
      { flags: '--scope <scope>', summary: 'the scope to publish to: @acme' },
      { flags: '--to <reference>', summary: 'an OCI repository instead: oci://host/repository[:tag]' },
      RELEASE,
      DRY,
    ],
    examples: [
      'skills publish',
      'skills publish skills/pdf --scope @acme --registry https://skills.example.org',
      'skills publish --to oci://ghcr.io/acme/skills/pdf',
      'skills publish --dry-run --json',
    ],
    load: () => import('./commands/publish.ts'),
  },
  {
    name: 'yank',
    group: 'For authors:',
    args: '<skill>',
    summary: 'take a published version out of choice; what is locked stays installable',
    options: [FROM, { flags: '-r, --reason <text>', summary: 'why, for everybody who has it locked' }],
    examples: ['skills yank @acme/pdf@1.2.0 --reason "deletes files"'],
    load: () => import('./commands/yank.ts'),
  },
  {
    name: 'unyank',
    group: 'For authors:',
    args: '<skill>',
    summary: 'offer a yanked version again',
    options: [FROM],
    examples: ['skills unyank @acme/pdf@1.2.0'],
    load: () => import('./commands/unyank.ts'),
  },
  {
    name: 'deprecate',
    group: 'For authors:',
    args: '<skill> [message]',
    summary: 'say what to use instead of a published skill',
    options: [FROM, { flags: '--undo', summary: 'take it back' }],
    examples: ['skills deprecate @acme/pdf "use @acme/pdf-tools"', 'skills deprecate @acme/pdf --undo'],
    load: () => import('./commands/deprecate.ts'),
  },
  {
    name: 'login',
    group: 'House-keeping:',
    summary: 'keep the token of a registry in a file that only you can read',
    about:
      'In CI no login is needed: set SKILLWARD_TOKEN and SKILLWARD_REGISTRY, or let the registry trust the job itself.',
    options: [FROM, { flags: '--token-stdin', summary: 'read the token from stdin' }, GLOBAL],
    examples: [
      'skills login --registry https://skills.example.org',
      'skills login --registry https://skills.example.org --token-stdin < token',
    ],
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'logout',
    group: 'House-keeping:',
    summary: 'forget the token of a registry',
    options: [FROM, GLOBAL],
    examples: ['skills logout --registry https://skills.example.org'],
    load: () => import('./commands/logout.ts'),
  },
  {
    name: 'whoami',
    group: 'House-keeping:',
    summary: 'show who you are to a registry, and what you may do there',
    options: [FROM, GLOBAL],
    examples: ['skills whoami --json'],
    load: () => import('./commands/whoami.ts'),
  },
]
