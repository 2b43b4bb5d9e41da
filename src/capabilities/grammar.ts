// How each kind of value in a capability is written: one pattern and one sentence for each. Values are never guessed at.

/** A pattern that the whole value must match, and what to say when it does not. */
export interface Grammar {
  readonly pattern: RegExp
  /** Completes "expected …". */
  readonly expects: string
}

const name = String.raw`[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?`
const port = String.raw`(?::[1-9]\d{0,4})?`

export const GRAMMAR = {
  /** Argv tokens with one space between; `*` inside a token stays within it; a last `**` is any rest. */
  command: {
    pattern:
      /^(?:\*\*|[^\s;|&<>`"'\\$()*\u0000-\u001f\u007f][^\s;|&<>`"'\\$()\u0000-\u001f\u007f]*(?: (?!\*\*)[^\s;|&<>`"'\\$()\u0000-\u001f\u007f]+)*(?: \*\*)?)$/u,
    expects:
      'a command and its arguments such as `git status` or `git **`, without quotes and shell operators',
  },
  /** A path under a token or a root, with `*` within a part and `**` as a whole part. */
  glob: {
    pattern:
      /^(?:\*\*\/|\$\{(?:skill|project|work|tmp)\}(?:\/|$)|~(?:\/|$)|\/)(?!(?:.*\/)?\.\.?(?:\/|$))[^\u0000-\u001f\u007f\\?[\]{}!]*$/u,
    expects:
      'a path that starts with ${skill}, ${project}, ${work}, ${tmp}, ~, / or **/, without `..` and `?[]{}`',
  },
  /** `*`, an exact name or address, or `*.suffix`; optionally `:port`. */
  host: {
    pattern: new RegExp(String.raw`^(?:\*|(?:\*\.)?${name}(?:\.${name})*|\[[0-9a-f:.]+\])${port}$`, 'u'),
    expects:
      'a lower-case host name, `*.suffix` or an address, optionally with `:port`, without scheme and path',
  },
  env: { pattern: /^[A-Za-z_]\w{0,127}$/u, expects: 'the name of an environment variable' },
  secret: { pattern: /^[A-Za-z_][\w.-]{0,127}$/u, expects: 'the name of a secret' },
  reason: {
    pattern: /^(?=.*\S)[^\u0000-\u001f\u007f]{1,500}$/u,
    expects: 'one line of at most 500 characters',
  },
  tool: {
    pattern: /^[a-z][a-z0-9-]*:[\w.-]+(?:\/[\w.-]+)*(?:\/?\*)?$/u,
    expects: '`provider:name`, such as `mcp:github/create_issue`',
  },
  /** A literal `*` in a path is written `%2A`. */
  opaque: {
    pattern: /^[a-z]{1,32}:(?!\/)(?!(?:[^/]*\/)*\.\.?(?:\/|$))[^\u0000-\u001f\u007f]{1,4096}$/u,
    expects: '`kind:path` of a file of the skill, such as `binary:bin/tool`',
  },
  size: { pattern: /^[1-9]\d{0,8}(?:Ki|Mi|Gi)$/u, expects: 'a size such as `256Mi`' },
  duration: { pattern: /^[1-9]\d{0,8}(?:ms|s|m|h)$/u, expects: 'a duration such as `30s`' },
} as const satisfies Record<string, Grammar>

/** The lists of each capability that is made of lists, and how their values are written. */
export const LISTS = {
  terminal: { allow: GRAMMAR.command, deny: GRAMMAR.command },
  filesystem: { read: GRAMMAR.glob, write: GRAMMAR.glob, deny: GRAMMAR.glob },
  network: { hosts: GRAMMAR.host },
  env: { required: GRAMMAR.env, optional: GRAMMAR.env },
} as const satisfies Record<string, Record<string, Grammar>>

/** Lists that must be there once their capability is named. */
export const REQUIRED_LISTS: ReadonlySet<string> = new Set(['terminal.allow', 'network.hosts'])

/** Limits that are written as text. */
export const RESOURCE_TEXTS = {
  memory: GRAMMAR.size,
  timeout: GRAMMAR.duration,
  output: GRAMMAR.size,
} as const satisfies Record<string, Grammar>

/** Bytes of a size such as `256Mi`, or milliseconds of a duration such as `30s`. */
export function amountOf(text: string): number {
  const units: Record<string, number> = {
    Ki: 1024,
    Mi: 1024 ** 2,
    Gi: 1024 ** 3,
    ms: 1,
    s: 1000,
    m: 60_000,
    h: 3_600_000,
  }
  const [, digits = '0', unit = ''] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? []
  return Number(digits) * (units[unit] ?? 1)
}
